// What is found, and in which order: liveguide/frontend/lib/search-index.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SearchIndex } from '../../liveguide/frontend/lib/search-index.js'
import MiniSearch from '../../liveguide/frontend/vendor/minisearch-7.2.0.js'

/** @type {import('../../liveguide/frontend/lib/search-index.js').WrittenPage[]} */
const PAGES = [
  [
    'handler/',
    'Handlers',
    'How to answer',
    '',
    [
      ['', '', 'A handler answers. It may say goodbye.'],
      ['session', 'Session', 'What stays the same for one browser.'],
      ['sending', 'Sending', 'A session lasts.', 'def on_message(handler, message):\nhandler.write_message(message)'],
    ],
  ],
  ['limits.html', 'Limits', 'Numbers', '', [['', '', 'Close codes, and one long session.'], ['größe', 'Größe', 'In Bytes.']]],
  ['fr/', 'Sessions', 'En français', 'fr', [['', '', 'La session reste ouverte. Bonjour.']]],
]

/** @param {string} language */
async function indexFor(language = 'en') {
  const index = new SearchIndex(MiniSearch, language)
  await index.add(PAGES, 'en')
  return index
}

/**
 * @param {string} query
 * @param {string} [language]
 */
async function addresses(query, language) {
  const { pages } = (await indexFor(language)).search(query)
  return pages.flatMap(({ rows }) => rows.map((row) => row.address))
}

test('a heading comes before a text', async () => {
  assert.equal((await addresses('session'))[0], 'handler/#session')
})

test('a title comes before a heading', async () => {
  assert.equal((await addresses('handlers'))[0], 'handler/')
})

test('the beginning of a word finds it', async () => {
  assert.deepEqual(await addresses('good'), ['handler/'])
})

test('a misspelt word is found', async () => {
  assert.equal((await addresses('sesion'))[0], 'handler/#session')
  assert.deepEqual(await addresses('godobye'), ['handler/'])
})

test('a misspelling does not add to what is spelt right and found often enough', async () => {
  const found = await addresses('session')

  assert.equal(found.includes('fr/'), true)
  assert.equal(found.includes('limits.html#gr%C3%B6%C3%9Fe'), false)
})

test('names in code are found whole, begun, and by their parts', async () => {
  for (const query of ['write_message', 'write_mes', 'on_message', 'handler.write_message', 'write message']) {
    assert.deepEqual(await addresses(query), ['handler/#sending'], query)
  }
})

test('a name that no section has is looked for by its parts', async () => {
  assert.deepEqual(await addresses('message.handler'), ['handler/#sending'])
})

test('one letter finds titles and headings, and waits where there are other words', async () => {
  assert.deepEqual(await addresses('s'), ['handler/#sending', 'handler/#session', 'fr/'])
  assert.deepEqual(await addresses('goodbye z'), ['handler/'])
})

test('accents are not needed', async () => {
  assert.deepEqual(await addresses('grosse'), ['limits.html#gr%C3%B6%C3%9Fe'])
})

test('all words are needed, wherever in a section or its page’s title they stand', async () => {
  assert.deepEqual(await addresses('limits bytes'), ['limits.html#gr%C3%B6%C3%9Fe'])
})

test('where no section has all words, those with some are shown, and it is said', async () => {
  const found = (await indexFor()).search('goodbye bytes')

  assert.deepEqual([found.some, found.total], [true, 2])
})

test('the reader’s language comes first', async () => {
  assert.equal((await addresses('session', 'fr'))[0], 'fr/')
  assert.equal((await addresses('session', 'fr-CA'))[0], 'fr/')
  assert.equal((await addresses('session', 'en')).at(-1), 'fr/')
})

test('results stand by pages, six of one and thirty in all', async () => {
  const index = new SearchIndex(MiniSearch, 'en')
  const sections = Array.from({ length: 20 }, (_, number) => [`s${number}`, `Part ${number}`, 'tide'])
  for (const page of 'abcdefghij') await index.add([[page, page, '', '', sections]], 'en')
  const found = index.search('tide')

  assert.deepEqual(found.pages.map(({ rows }) => rows.length), [6, 6, 6, 6, 6])
  assert.equal(found.total, 200)
})

test('a page without text is found by its description', async () => {
  const index = new SearchIndex(MiniSearch, 'en')
  await index.add([['a/', 'Alpha', 'All about whales', '', [[]]]], 'en')
  const [{ rows }] = index.search('whales').pages

  assert.deepEqual(rows[0].excerpt.pieces[1], { text: 'whales', marked: true })
})

test('pages that come later are found too', async () => {
  const index = await indexFor()
  await index.add([['late/', 'Late', '', '', [['', '', 'Albatross']]]], 'en')

  assert.equal(index.search('albatross').total, 1)
  assert.equal(index.pages, 4)
})

test('a word that nothing has is answered with the nearest that something has', async () => {
  const index = await indexFor()

  assert.equal(index.search('grudboe').total, 0)
  assert.equal(index.nearest('grudboe'), 'goodbye')
  assert.equal(index.nearest('xyzxyzxyz'), '')
})

test('signs alone find nothing', async () => {
  const index = await indexFor()

  for (const query of ['', '  ', '...', '"(', '*']) assert.equal(index.search(query).total, 0)
})
