/**
 * The words that a look-up is asked with, and what each stands for. A word that is not in here is not
 * guessed at: the question then goes to a model. So what must never be answered by a table (should, why,
 * restart, yesterday) is simply absent.
 */
import { edits } from '../../nearest.ts'

const words = {
  /** Says nothing of its own. */
  fill: 'the a an of in my our me give tell please do does we there for right now currently still jarvis hi hey der die das dem den des ein eine es im in auf von meine unsere bitte mir zeig gib gerade jetzt noch schon',
  is: 'is are ist sind',
  was: 'was were did wurde wurden',
  been: 'been',
  have: 'have has got hat haben gibt',
  will: 'will be wird sein',
  what: 'what whats was',
  which: 'which wich welche welcher welches welchem',
  how: 'how hows wie',
  much: 'howmuch wieviel',
  many: 'howmany wieviele',
  long: 'howlong wielange',
  when: 'when wann',
  where: 'where wheres wo',
  any: 'any some anything irgendein irgendwelche irgendwas',
  all: 'all every alle each',
  list: 'list show overview liste',
  no: 'no without never ohne kein keine keinen nie',
  most: 'most highest biggest max meisten hoechste',
  nearly: 'almost nearly',
  cluster: 'cluster everything alles system',
  status: 'status state report health summary zustand lage',
  doing: 'doing wiegehts',
  ok: 'ok okay fine alright healthy well good gut ordnung inordnung',
  problem: 'problem problems issue issues trouble alert alerts probleme',
  quorum: 'quorum quorate vote votes stimmen',
  node: 'node nodes host hosts knoten',
  guest: 'guest guests gast gaeste',
  vm: 'vm vms',
  ct: 'container containers ct cts lxc lxcs',
  up: 'up online alive',
  runs: 'running runs laufen laeuft',
  run: 'run',
  live: 'lives live located',
  off: 'off offline down stopped dead aus gestoppt',
  cpu: 'cpu load busy cpulast',
  memory: 'memory ram mem arbeitsspeicher',
  disk: 'disk root rootfs rootdisk festplatte',
  space: 'space speicherplatz',
  use: 'usage use uses used using utilisation utilization consumption nutzt benutzt verbraucht',
  full: 'full voll filled',
  free: 'free left remaining available frei',
  temp: 'temp temps temperature temperatures hot warm heiss temperatur temperaturen',
  hottest: 'hottest warmest heissester heisseste',
  busiest: 'busiest',
  uptime: 'uptime',
  storage: 'storage storages datastore datastores',
  backup: 'backup',
  backups: 'backups sicherungen',
  done: 'backedup gesichert',
  last: 'last latest newest zuletzt letzte letztes letzten',
  age: 'old alt',
  id: 'id vmid',
  task: 'task tasks aufgabe aufgaben',
  fail: 'fail failed failing fehlgeschlagen',
  happen: 'happened happen passiert',
  tonight: 'tonight heutenacht',
  night: 'lastnight overnight letztenacht',
  today: 'today heute',
  hour: 'lasthour letztestunde',
} as const

export type Tag = keyof typeof words | 'ask'

const tagsOf = new Map<string, Tag[]>()
const learn = (word: string, tag: Tag) => tagsOf.set(word, [...(tagsOf.get(word) ?? []), tag])
for (const [tag, list] of Object.entries(words))
  for (const word of new Set(list.split(' '))) learn(word, tag as Tag)
/** `which vms are on` ends with a state. */
const STATES_AT_END: Record<string, Tag> = Object.assign(Object.create(null), {
  on: 'up',
  an: 'up',
})

/** Several words that mean one thing. */
const phrases: [RegExp, string][] = [
  [/\bhow (much|many|long)\b/g, 'how$1'],
  [/\bwie ?(viele?|lange)\b/g, 'wie$1'],
  [/\bwie (geht'?s|geht es)\b/g, 'wiegehts'],
  [/\b(can|could|would) you\b/g, ' '],
  [/\bbacked[ -]?up\b/g, 'backedup'],
  [/\b(in )?the last hour\b|\bin der letzten stunde\b/g, 'lasthour'],
  [/\b(the )?last night\b/g, 'lastnight'],
  [/\bheute nacht\b/g, 'heutenacht'],
  [/\bletzte nacht\b/g, 'letztenacht'],
  [/\bin ordnung\b/g, 'inordnung'],
  [/\bwhat (nodes?|hosts?|guests?|vms?|containers?|cts?|tasks?)\b/g, 'which $1'],
  [/\broot (disk|fs|filesystem)\b/g, 'root'],
]

/** One typing mistake away from a word above, and another word. */
const others = new Set(
  'notes noted modes codes guess guessed guesses happens start starts stats state stage spare three theme pleased could would should about after other their these those hosted tasked fails faults votes voted rune ruined temple tempo'.split(
    ' ',
  ),
)
/** Shorter words are too near to each other. */
const LONG_ENOUGH = 5
/** What says nothing would swallow what says something: `skill` is not `still`. */
const LONG_ENOUGH_TO_SKIP = 6

export const folded = (text: string): string =>
  text
    .toLowerCase()
    .replace(/ä/g, 'ae')
    .replace(/ö/g, 'oe')
    .replace(/ü/g, 'ue')
    .replace(/ß/g, 'ss')
    .replace(/[\u2018\u2019`´]/g, "'")

/** The words of a question, in lower case, without what only divides them. */
export const wordsOf = (question: string): string[] => {
  let text = folded(question)
    .replace(/[?!,;:"()]+|\.+(?=\s|$)/g, ' ')
    .replace(/\s+/g, ' ')
  for (const [phrase, word] of phrases) text = text.replace(phrase, word)
  return text
    .split(' ')
    .map((word) => word.replace(/'s$/, ''))
    .filter(Boolean)
}

/** What a word may stand for; `isLast`: it ends the question. Empty = not a word of the table. */
export const meanings = (word: string, isLast: boolean): Tag[] => {
  const state = STATES_AT_END[word]
  if (state) return [isLast ? state : 'fill']
  return tagsOf.get(word) ?? []
}

/** The same for a word with one mistake in it. */
export const mistyped = (word: string): Tag[] => {
  if (word.length < LONG_ENOUGH - 1 || isOther(word)) return []
  const near = new Set<Tag>()
  for (const [known, tags] of tagsOf)
    if (known.length >= LONG_ENOUGH && isSlip(word, known))
      for (const tag of tags)
        if (tag !== 'fill' || known.length >= LONG_ENOUGH_TO_SKIP) near.add(tag)
  return [...near]
}

export const isOther = (word: string): boolean => others.has(word)

/** One slip of a finger, never in the first letter and never in a figure. */
export const isSlip = (typed: string, meant: string): boolean =>
  typed[0] === meant[0] &&
  Math.abs(typed.length - meant.length) <= 1 &&
  typed.replace(/\D/g, '') === meant.replace(/\D/g, '') &&
  edits(typed, meant) <= 1
