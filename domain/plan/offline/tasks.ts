import { entitiesOf, type Entities } from './entities.ts';
import { conceptOf, conceptsOf, PLAIN_VERBS, roleOf, type Concept } from './vocabulary.ts';
import { restoreQuotes, stem, STOP_WORDS, wordsOf } from './words.ts';

const LONGEST_ACTION = 1000;

/** One instruction, understood: what it is about, what kind of thing is wanted, what it names. */
export interface Task {
  /** The instruction as it was written. */
  text: string;
  /** What is wanted; undefined when the vocabulary does not know it. */
  primary: Concept | undefined;
  concepts: ReadonlySet<Concept>;
  /** Stems of the words that carry meaning. */
  stems: ReadonlySet<string>;
  entities: Entities;
}

/** What reading an instruction takes: the request's quoted texts, and the ISO date of today. */
export interface Reading {
  quotes: readonly string[];
  today: string;
}

/** Understands one instruction. */
export function taskOf(text: string, { quotes, today }: Reading): Task {
  const concepts = conceptsOf(text.replaceAll(/\bQUOTE\d+\b/g, ' '));
  const words = wordsOf(text).filter((word) => !/^quote\d+$/.test(word) && !STOP_WORDS.has(word));
  return {
    text: restoreQuotes(text, quotes).slice(0, LONGEST_ACTION),
    primary: primaryOf(words, concepts),
    concepts: new Set(concepts),
    stems: new Set(words.filter((word) => !PLAIN_VERBS.has(word)).map(stem)),
    entities: entitiesOf(text, quotes, today),
  };
}

/**
 * "Chart the volume" wants a chart: the verb decides. "Create a trend report" wants a report: after a plain verb the
 * last thing made decides. "Analyze the sentiment" wants sentiment: what is analyzed sharpens the verb.
 */
function primaryOf(words: readonly string[], concepts: readonly Concept[]): Concept | undefined {
  const [first] = words;
  const verb = first === undefined || PLAIN_VERBS.has(first) ? undefined : conceptOf(first);
  const made = concepts.filter((concept) => roleOf(concept) !== 'source');
  if (verb === 'analysis') return made.find((concept) => ANALYSES.has(concept)) ?? 'analysis';
  if (verb !== undefined && roleOf(verb) !== 'source') return verb;
  return made.at(-1) ?? concepts[0];
}

const ANALYSES: ReadonlySet<Concept> = new Set(['sentiment', 'keywords', 'trend', 'statistics']);

/** True when the task works on what another step brings. */
export const isProcessor = (task: Task): boolean =>
  task.primary !== undefined && roleOf(task.primary) === 'processor';
