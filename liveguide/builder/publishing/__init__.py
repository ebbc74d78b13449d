"""
What a site tells machines: search engines, feed readers, language models, other sites.

    publication.py     all of it: the files, and what each page's head says (sharing.py)
    summary.py         what a page is about, in a line or two;  breadcrumbs.py: the way to it
    page_markdown.py   a page as Markdown;  llms.py: all of them for language models
    sitemap.py         every address;  robots.py: where that is;  feed.py: what has changed
    card.py            the picture of a page, for links to it
    drawing.py         draws those, and icons;  pictures.py: keeps them for the next build
"""
