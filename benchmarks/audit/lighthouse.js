/**
 * Run Lighthouse in one Chromium for one page after the other.
 *
 * Reads lines `URL phone` or `URL desktop`, and answers each with a line of JSON: the scores from 0
 * to 100 by category, the figures of the load as Lighthouse's simulated network and processor give
 * them, and what cost a score something. `CHROME_PATH` names the Chromium.
 */
import { createInterface } from 'node:readline'
import { launch } from 'chrome-launcher'
import lighthouse, { desktopConfig } from 'lighthouse'

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo']
const FIGURES = {
  lcp: 'largest-contentful-paint',
  tbt: 'total-blocking-time',
  cls: 'cumulative-layout-shift'
}

const chrome = await launch({
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'],
  logLevel: 'silent'
})
for await (const line of createInterface({ input: process.stdin })) {
  const [url, device] = line.split(' ')
  try {
    console.log(JSON.stringify(await look(url, device)))
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }))
  }
}
chrome.kill()

async function look(url, device) {
  const flags = {
    port: chrome.port,
    logLevel: 'silent',
    onlyCategories: CATEGORIES,
    skipAudits: ['bf-cache'], // no score depends on it
    disableFullPageScreenshot: true
  }
  const { lhr } = await lighthouse(url, flags, device === 'desktop' ? desktopConfig : undefined)
  if (lhr.runtimeError) throw new Error(lhr.runtimeError.message)
  const scores = CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)])
  const figures = Object.entries(FIGURES).map(([name, id]) => [name, lhr.audits[id].numericValue])
  return {
    scores: Object.fromEntries(scores),
    faults: CATEGORIES.flatMap((name) => faultsOf(lhr, name)),
    ...Object.fromEntries(figures)
  }
}

/** Return a line for every audit that costs a category something, with the places it names. */
function faultsOf(lhr, name) {
  return lhr.categories[name].auditRefs
    .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 1)
    .map(({ id }) => {
      const { title, displayValue = '', details } = lhr.audits[id]
      const places = (details?.items ?? []).map(
        (item) => item.node?.selector ?? item.description ?? item.url ?? ''
      )
      return [name, id, title, displayValue, ...places.slice(0, 5)].filter(Boolean).join(' | ')
    })
}
