"""axe-core on a page as it stands in the browser, the frames in it included."""

from __future__ import annotations

from playwright.async_api import Error, Page

from .tools import package

# axe's rules, its best practices too, and the one of WCAG 2.2 that it leaves out unless asked.
_RUN = """async () => {
    const { violations } = await axe.run(document, {
        iframes: false,
        resultTypes: ['violations'],
        rules: { 'target-size': { enabled: true } }
    });
    return violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id}: ${help}: ${node.target.flat(9).join(' > ')}\\n`
            + `    ${node.html.slice(0, 160)}\\n`
            + `    ${node.failureSummary.replaceAll('\\n', ' ')}`));
}"""


async def violations(page: Page) -> list[str]:
    """
    Return a text for every element that breaks a rule.

    Every frame is looked at as the page it is: two windows of one demo may have the same headings.

    Raises:

        ToolMissing: There is no axe-core.
    """
    source = package("axe-core/axe.min.js").read_text()
    found: list[str] = []
    for frame in page.frames:
        if frame.url in ("", "about:blank"):
            continue  # not loaded yet, as far below the fold
        try:
            if frame.parent_frame and not await (await frame.frame_element()).is_visible():
                continue  # no page for anybody: edited code runs in one
            await frame.evaluate(source)
            found += await frame.evaluate(_RUN)
        except Error:
            if not frame.is_detached():
                raise
    return found
