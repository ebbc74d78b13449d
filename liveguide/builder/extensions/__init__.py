"""
What our pages add to Markdown, one feature per file; `rendering.py` configures them.

    fences.py          fenced code: highlighted, titled, included from files (including.py)
                       (fence_lines.py: where one stands; fence_options.py; runnable.py: may it run)
    code_figure.py     one block of code as the page shows it;  annotations.py: notes on its lines
    snippets.py        fences that run: what must come of them, chains
    blocks.py          ::: blocks; elements.py knows HTML, example.py the example card,
                       feature_table.py the table that is filled in when all pages are rendered
    options.py         `key=value`, as fences and blocks carry them
    on_demand.py       tabs, folded blocks, keys, marks, tasks: on pages that have them
                       (folded.py, tasks.py)
    pictures.py        captions, diagrams;  tables.py: those that scroll by themselves
    nested_lists.py    lists by two spaces;  headings.py: a heading ends its block
    quick_blocks.py    processors tried only where they can match;  quick_inline.py: and patterns
    quick_tree.py      what is asked of every element and text, answered sooner
    raw_html.py        raw HTML whose text is no Markdown

    page.py            what they share while one page is rendered
    pieces.py          what takes long to make, such as highlighted code, from the last rendering
    place.py           which piece is at hand: a page that is given up says where
"""
