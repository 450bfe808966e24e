import type { Clause, Reading } from '../understanding/reading.ts';
import { comparisonOf } from './conditions.ts';
import { headOf, NAMED, servicesFor } from './match.ts';
import { leadingVerb } from './phrases.ts';
import { textOf, wordAt, type Scene } from './scene.ts';
import { taskOf } from './tasks.ts';

const MANY = 5; // sentences

/** Who writes many sentences tells a story around what they want. */
export const isLong = ({ clauses }: Pick<Reading, 'clauses'>): boolean =>
  new Set(clauses.map(({ sentence }) => sentence)).size >= MANY;

const LONGEST_FRAGMENT = 14; // words

/**
 * In a long request most sentences are told, not asked for. What counts is an instruction at the beginning of its sentence, and whatever
 * names a service; the rest is context.
 */
export function isMeant(scene: Scene, clause: Clause): boolean {
  if (isOfMail(scene.reading.text, clause.span[0])) return false;
  const { clauses } = scene.reading;
  if (!isLong(scene.reading)) return true;
  const own = clauses.filter(({ sentence }) => sentence === clause.sentence);
  if (own.some(({ mood }) => mood === 'condition'))
    return (
      own.some((one) => one.mood === 'condition' && isComparison(scene, one)) &&
      own.some((one) => one.mood !== 'condition' && namesService(scene, one))
    );
  const isFirst = own[0] === clause;
  if (clause.mood === 'instruction' && isFirst && begins(scene, clause)) return true;
  return (
    namesService(scene, clause) ||
    (!isFirst && own.some((one) => one !== clause && one.mood !== 'statement' && namesService(scene, one)))
  );
}

const isComparison = (scene: Scene, clause: Clause): boolean =>
  comparisonOf(textOf(scene, taskOf(scene.reading, clause))) !== undefined;

/** A verb first: "Book a hotel". */
function begins(scene: Scene, clause: Clause): boolean {
  const task = taskOf(scene.reading, clause);
  const verb = leadingVerb(scene, task);
  return (
    verb !== undefined && !task.words.some((index) => index < verb && PERSONS.has(wordAt(scene, index).norm))
  );
}

const PERSONS = new Set('he she they somebody someone everybody nobody it who'.split(' '));

function namesService(scene: Scene, clause: Clause): boolean {
  const task = taskOf(scene.reading, clause);
  if (clause.mood === 'fragment' && (task.words.length > LONGEST_FRAGMENT || hasVerb(scene, task.words)))
    return false;
  const head = headOf(scene, task);
  return head.kind === 'word' && servicesFor(scene, task, head.at).some((match) => match.head >= NAMED);
}

const hasVerb = (scene: Scene, words: readonly number[]): boolean =>
  words.some((index, place) => place > 0 && wordAt(scene, index).kind === 'verb');

const CLOSING =
  /\n\s*(?:(?:best|kind|warm|many)\s+)?(?:regards|wishes|greetings|cheers|sincerely|yours|thanks)\b[^\n]{0,30}\n/i;
const HEADER = /^(?:from|to|cc|bcc|date|sent|subject|re|fwd)\s*:|^-{3,}/i;

/** Heads and signatures of mails ask for nothing. */
function isOfMail(text: string, at: number): boolean {
  const closing = CLOSING.exec(text);
  if (closing !== null && at > closing.index) return true;
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at + 40);
  return text.includes('\n') && HEADER.test(line);
}
