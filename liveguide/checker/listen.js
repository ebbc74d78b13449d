// Runs in every document before its own scripts, by the checker: report what goes wrong in it.
/** @typedef {{text: string, place: string, origin: string}} Fault */
{
  /** @param {Fault} fault */
  const report = (fault) => /** @type {any} */ (window).liveguideFault?.(fault)

  /**
   * @param {string} text
   * @param {string} file
   * @param {number} line
   * @param {string} [stack]
   */
  const tell = (text, file, line, stack = '') =>
    report({ text, place: file && line ? `${file}:${line}` : file, origin: `${file}\n${stack}` })

  addEventListener('error', (event) => {
    if (event instanceof ErrorEvent) {
      tell(event.message, event.filename, event.lineno, event.error?.stack)
    }
  })
  addEventListener('unhandledrejection', ({ reason }) => {
    tell(`Uncaught (in promise) ${reason}`, '', 0, reason?.stack)
  })
  addEventListener('securitypolicyviolation', (event) => {
    const { blockedURI, disposition, effectiveDirective, sourceFile, lineNumber } = event
    if (disposition !== 'enforce') return
    const text = `the security policy stopped ${blockedURI || 'something'} (${effectiveDirective})`
    tell(text, sourceFile, lineNumber)
  })
}
