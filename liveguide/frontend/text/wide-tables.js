// A table that is too wide scrolls by keyboard as well: not every browser lets a scroller be focused.

export function watchTables() {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.setAttribute('tabindex', '0')
      else target.removeAttribute('tabindex')
    }
  })
  for (const table of document.querySelectorAll('.table-scroll')) observer.observe(table)
}
