"""
What only `--watch` needs: pages that reload, routes that reload, and errors in the page.

What is served is a preview with drafts, `.liveguide/SITE.preview`; the site is left alone.

    app.py       an application whose endpoints and site follow what changes
    builder.py   the builder, a process that stays (`python -m liveguide.builder.watching`)
    news.py      `/_liveguide/dev`, where open pages are told
    pages.py     puts `frontend/development/reload.js` into pages as it serves them
"""
