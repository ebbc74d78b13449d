"""
Flow (a): a guide folder of Markdown pages becomes a static site.

`cli.py` (`options.py`) calls `site.py`, which reads as the flow does: all is collected, rendered
and checked before anything is written; faults are gathered, and shown together.

    freshness.py      what there is before a build begins: if that is what the last one found, the
                      site is left alone (walking.py, digests.py, commits.py)
    collecting.py     every file of the guide;  sources.py: the address of each
    features.py       what the guide promises to show;  history.py: who changed which page when

    render_all.py     every page that no build has rendered, over processes.py where that pays
    frontmatter.py    a page's metadata and body
    rendering.py      the one configured Markdown, within time_limit.py, with extensions/
    highlighting.py   code to HTML, line by line (code_lines.py), by quick_lexing.py
    picture_sizes.py  how large a picture is;  inline_svg.py: one that is part of its page
    rendered.py       what became of a page: what all others may know of it, and its content
    slips.py          what looks like syntax and is none, on the finished HTML
    links.py          local links, on the finished HTML (markup.py visits its tags)
    search.py         each page's sections, as the browser's search index wants them
    policy.py         the page's Content-Security-Policy;  nginx.py: as nginx reads it
    checks.py         what can be checked only when every page is rendered

    writing.py        the site, part by part, over processes.py too
    filling.py        a page from its template: pages.py (editing.py), navigation.py, languages.py,
                      templating.py with templates/ and what a guide puts in their place
    assets.py         media, scripts of the snippets, QR codes (qr.py);  source_views.py
    front_end.py      what pages load of ours: scripts.py (its modules, joined), stylesheets.py (one
                      for each page, of the parts that are on it; theming.py: and the site's own),
                      minified.py, which another process does meanwhile
    publishing/       what machines are told
    copies.py         the site's text, compressed, beside it
    output.py         write beside the old site, then exchange the two in one step

    memory.py         what is left of the last build: pages and files that need not be made again
                      (cache.py: on disk, in packs.py; keeping.py: a page as JSON; last_site.py)
    dependencies.py   what a page was made of
    progress.py       how far a build is, for a person at a terminal

    watching.py       what has changed, while a guide is written;  rebuilding.py: builds it
"""
