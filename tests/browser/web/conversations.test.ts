import { deleteDB, openDB } from 'idb'
import { beforeEach, describe, expect, test } from 'vitest'
import { answerDefaults } from '../../../web/chat/answer-settings.ts'
import { conversationsFile, markdownFile, readConversationsFile } from '../../../web/chat/conversation-file.ts'
import { newConversationRecord, titleFrom } from '../../../web/chat/conversation-record.ts'
import { ConversationStore, databaseName } from '../../../web/chat/conversation-store.ts'
import { emptyAnswer, userTurn } from '../../../web/chat/turn.ts'
import { asKept, forgetAll, open } from './open-conversations.ts'
import { failure } from './system-double.ts'

beforeEach(forgetAll)

describe('a conversation', () => {
  test('keeps the first answer beside the one that was asked for again', async () => {
    const { run, ask, shown, turn, system } = open()
    await ask('Hi', 'one')
    system.answer = ['two']
    await run({ kind: 'regenerate-answer', turnId: turn(1).turn.id })
    expect(shown()).toEqual(['Hi', 'two'])
    expect(turn(1).versions).toHaveLength(2)
    await run({ kind: 'show-version', turnId: turn(1).versions[0]! })
    expect(shown()).toEqual(['Hi', 'one'])
  })

  test('branches where a question is asked in other words, and goes back to the end of the old branch', async () => {
    const { run, ask, shown, turn, system } = open()
    await ask('Hi', 'one')
    await ask('And?', 'more')
    system.answer = ['other']
    await run({ kind: 'edit-prompt', turnId: turn(0).turn.id, text: 'Hello' })
    expect(shown()).toEqual(['Hello', 'other'])
    expect(system.asked.at(-1)).toBe('chat [{"role":"user","content":"Hello"}]')
    await run({ kind: 'show-version', turnId: turn(0).versions[0]! })
    expect(shown()).toEqual(['Hi', 'one', 'And?', 'more'])
  })

  test('goes on with an answer in the same turn', async () => {
    const { run, ask, shown, turn, system } = open()
    await ask('Hi', 'It is ')
    system.answer = [' here.']
    await run({ kind: 'continue-answer', turnId: turn(1).turn.id })
    expect(shown()).toEqual(['Hi', 'It is here.'])
    expect(turn(1).versions).toHaveLength(1)
    expect(system.asked.at(-1)).toContain('{"role":"assistant","content":"It is"}')
  })

  test('loses a deleted turn with what follows, and shows what stood beside it', async () => {
    const { run, ask, shown, turn, system } = open()
    await ask('Hi', 'one')
    system.answer = ['two']
    await run({ kind: 'regenerate-answer', turnId: turn(1).turn.id })
    await ask('And?', 'more')
    await run({ kind: 'delete-turn', turnId: turn(1).turn.id })
    expect(shown()).toEqual(['Hi', 'one'])
    await run({ kind: 'delete-turn', turnId: turn(0).turn.id })
    expect(shown()).toEqual([])
    expect((await asKept())[0]?.turns).toEqual([])
  })

  test('replaces an answer that failed without a word, and keeps one that had some', async () => {
    const { run, ask, turn, shown, system } = open()
    system.fails = { chat: failure('peer-lost', 'Pixel 9 left.') }
    await ask('Hi', 'one')
    expect(turn(1).turn).toMatchObject({ state: 'failed', problem: { code: 'peer-lost', message: 'Pixel 9 left.' } })
    await run({ kind: 'retry-answer' })
    expect(shown()).toEqual(['Hi', 'one'])
    expect(turn(1).versions).toHaveLength(1)
  })

  test('asks with the settings, the instructions first', async () => {
    const { run, ask, system } = open()
    await run({ kind: 'set-answers', settings: { ...answerDefaults, systemPrompt: ' Be short. ' } })
    await ask('Hi', 'one')
    expect(system.asked.at(-1)).toBe('chat [{"role":"system","content":"Be short."},{"role":"user","content":"Hi"}]')
  })
})

describe('conversations', () => {
  test('come back with all branches: the open one by itself, others from the list', async () => {
    const { chats, run, ask, turn, system } = open()
    await ask('First question', 'one')
    system.answer = ['two']
    await run({ kind: 'regenerate-answer', turnId: turn(1).turn.id })
    await run({ kind: 'new-chat' })
    await ask('Second question', 'three')
    chats.close()
    const again = open()
    await expect.poll(() => again.shown()).toEqual(['Second question', 'three'])
    expect(again.chats.view.list.map(({ title }) => title)).toEqual(['Second question', 'First question'])
    await again.run({ kind: 'open-conversation', conversationId: again.chats.view.list[1]!.id })
    expect(again.shown()).toEqual(['First question', 'two'])
    expect(again.turn(1).versions).toHaveLength(2)
  })

  test('are found by words of their titles and of any turn, renamed, and deleted', async () => {
    const { chats, run, ask } = open()
    await ask('About whales', 'They sing.')
    await run({ kind: 'new-chat' })
    await ask('About trees', 'They grow.')
    await run({ kind: 'search-conversations', words: 'SING' })
    await expect.poll(() => chats.view.found?.size).toBe(1)
    const whales = chats.view.list[1]!
    expect([...chats.view.found!]).toEqual([whales.id])
    await run({ kind: 'rename-conversation', conversationId: whales.id, title: 'Ozean' })
    await expect.poll(async () => (await asKept()).map(({ record }) => record.title)).toContain('Ozean')
    await run({ kind: 'delete-conversation', conversationId: whales.id })
    expect(chats.view.list.map(({ title }) => title)).toEqual(['About trees'])
    expect(await asKept()).toHaveLength(1)
  })

  test('stay deleted when an answer ends after that', async () => {
    const { chats, run, system } = open()
    system.answer = Array.from({ length: 500 }, () => 'word ')
    const answering = run({ kind: 'send-prompt', text: 'Go on' })
    await expect.poll(() => chats.view.live?.text.length).toBeGreaterThan(10)
    await run({ kind: 'delete-conversation', conversationId: chats.view.conversationId })
    await answering
    expect(chats.view.list).toEqual([])
    expect(await asKept()).toEqual([])
  })

  test('whose answer a page left behind when it went away come back with it as stopped', async () => {
    const store = await ConversationStore.open()
    const question = userTurn('Go on')
    await store.write(newConversationRecord(), [question, { ...emptyAnswer(question.id), content: 'word word' }])
    store.close()
    const [stored] = await asKept()
    expect(stored?.turns.map(({ state, content }) => `${state}: ${content}`)).toEqual([
      'done: Go on',
      'stopped: word word',
    ])
  })

  test('that cannot be read are left alone, and the others are there', async () => {
    const { chats, ask } = open()
    await ask('Hi', 'one')
    chats.close()
    const database = await openDB(databaseName, 1)
    await database.put('conversations', { id: 'broken' }, 'broken')
    database.close()
    const again = open()
    await expect.poll(() => again.chats.view.list.length).toBe(1)
  })
})

describe('files', () => {
  const jsonFile = (text: string, name = 'chats.json') => new File([text], name, { type: 'application/json' })

  test('of all conversations bring them back whole, on a device that has none', async () => {
    const { chats, run, ask, turn, system } = open()
    await ask('Hi', 'one')
    system.answer = ['two']
    await run({ kind: 'regenerate-answer', turnId: turn(1).turn.id })
    const before = await asKept()
    chats.close()
    await deleteDB(databaseName)
    sessionStorage.clear()
    const again = open()
    await again.run({ kind: 'import-conversations', file: jsonFile(conversationsFile(before).text) })
    await expect.poll(asKept).toEqual(before)
  })

  test('of conversations that are here already come as copies, so that nothing is lost', async () => {
    const { chats, run, ask } = open()
    await ask('Hi', 'one')
    const file = jsonFile(conversationsFile(await asKept()).text)
    await run({ kind: 'import-conversations', file })
    expect(chats.view.list.map(({ title }) => title)).toEqual(['Hi', 'Hi'])
    await expect.poll(async () => (await asKept()).map(({ turns }) => turns.length)).toEqual([2, 2])
  })

  test.each([
    ['nonsense', 'neither JSON nor Markdown'],
    ['# A title\n\n## You\n\nHi\n', 'neither JSON nor Markdown'],
    ['[]', 'format'],
    ['{"format":"headroom-conversations","version":2,"conversations":[]}', 'version'],
    ['{"format":"headroom-conversations","version":1,"conversations":[{"id":"x"}]}', 'conversations.0'],
  ])('that read %s are refused by name, and change nothing', async (text, words) => {
    const { chats, run, ask } = open()
    await ask('Hi', 'one')
    const importing = run({ kind: 'import-conversations', file: jsonFile(text, 'my chats.json') })
    await expect(importing).rejects.toMatchObject({ name: 'PageRefusal', message: expect.stringContaining(words) })
    await expect(importing).rejects.toThrow('my chats.json')
    expect(chats.view.list).toHaveLength(1)
  })

  test('whose turns are no tree are refused whole', async () => {
    const { ask } = open()
    await ask('Hi', 'one')
    const [stored] = await asKept()
    const broken = { ...stored!, turns: stored!.turns.map((turn) => ({ ...turn, parentId: 'gone' })) }
    const text = conversationsFile([stored!, broken]).text
    await expect(readConversationsFile(jsonFile(text))).rejects.toThrow('are missing or there twice')
  })

  test('for people are Markdown of what is shown', async () => {
    const { chats, ask } = open()
    await ask('What is *this*?', 'A **test**.')
    const [stored] = await asKept()
    const file = markdownFile(
      stored!.record,
      chats.view.turns.map(({ turn }) => turn),
    )
    expect(file.name).toBe('what-is-this.md')
    expect(file.text).toBe(
      '# What is *this*?\n\n## You <!-- question -->\n\nWhat is *this*?\n\n## Model <!-- answer -->\n\nA **test**.\n',
    )
  })

  test('as Markdown come back as they were shown, whatever they say', async () => {
    const { chats, run, ask } = open()
    const mark = '## You <!-- question -->'
    await ask('What is *this*?', `A **test**:\n\n${mark}\n\n\\${mark}\n\n# not a title`)
    await ask('And then?', 'Nothing.')
    const shown = () => chats.view.turns.map(({ turn: { role, content, state } }) => ({ role, content, state }))
    const before = shown()
    const [stored] = await asKept()
    const path = chats.view.turns.map(({ turn }) => turn)
    const { name, text } = markdownFile(stored!.record, path)
    await run({ kind: 'import-conversations', file: new File([text], name, { type: 'text/markdown' }) })
    const copy = chats.view.list.find(({ id }) => id !== stored!.record.id)!
    await run({ kind: 'open-conversation', conversationId: copy.id })
    expect([copy.title, shown()]).toEqual([stored!.record.title, before])
  })
})

test.each([
  ['  Hello\nthere ', 'Hello'],
  [`${'long '.repeat(20)}end`, `${'long '.repeat(11)}long…`],
  ['x'.repeat(80), `${'x'.repeat(60)}…`],
])('the title of %j is its beginning', (text, title) => expect(titleFrom(text)).toBe(title))
