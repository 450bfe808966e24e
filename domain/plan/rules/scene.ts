import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import type { Clause, Mention, Reading, Word } from '../understanding/reading.ts';
import { covers } from '../understanding/spans.ts';
import type { Span } from '../understanding/understanding.ts';
import type { Account } from './account.ts';
import type { Builder } from './builder.ts';
import type { Doubts } from './doubts.ts';
import type { Profile } from './profile.ts';

/** A value that a service takes, with the names that people give it. */
export interface Choice {
  value: string;
  names: readonly string[];
}

/** What a param takes, by service id and param; from free lookups of the catalogue. */
export type Choices = ReadonlyMap<string, ReadonlyMap<string, readonly Choice[]>>;

/** Everything that planning one request goes along with. */
export interface Scene {
  reading: Reading;
  profiles: readonly Profile[];
  choices: Choices;
  /** What people answered to earlier questions, by field. */
  answers: JsonObject;
  builder: Builder;
  account: Account;
  doubts: Doubts;
  cheapest: boolean;
  /** Whether a text matches a service's pattern; patterns are strangers', so the engine for them is safe. */
  matches: (pattern: string, text: string) => boolean;
  /** Clauses that give orders to machines: nothing in them is done. */
  untrusted: readonly Clause[];
  /** Ids of services that the request rules out. */
  excluded: Set<string>;
  /** Where else to look for a value of a task: the rest of its sentence, then the rest of the request. */
  around: (task: Task) => readonly (readonly Task[])[];
  /** How surely each task was matched, 0 to 1. */
  certainty: number[];
  used: Profile[];
  /** The last task could not be done: what comes after may have worked on its result. */
  isBroken: boolean;
  /** The last task waits for an answer: what comes after may work on its result. */
  isWaiting: boolean;
  /** Texts that the request brings without saying at once what for. */
  given: string[];
  /** What a bare asset stands for: what this service works on, as in "chart bitcoin"; `prices` in "compare ETH and BTC". */
  values: Profile | 'prices' | undefined;
}

/** Some words of the request that ask for one thing, and the mentions among them. */
export interface Task {
  /** Positions in `Reading.words`. */
  words: readonly number[];
  mentions: readonly Mention[];
  isQuestion: boolean;
  sentence: number;
}

/** A value and the words that it was read from. */
export interface Read {
  value: Json;
  words: readonly number[];
  mention?: Mention;
}

export const wordAt = ({ reading }: Pick<Scene, 'reading'>, index: number): Word => reading.words[index]!;

/** From the first word or mention to the last. */
export function spanOf(
  { reading }: Pick<Scene, 'reading'>,
  { words, mentions }: Pick<Task, 'words' | 'mentions'>,
): Span {
  const spans = [...words.map((index) => reading.words[index]!.span), ...mentions.map(({ span }) => span)];
  return [Math.min(...spans.map(([start]) => start)), Math.max(...spans.map(([, end]) => end))];
}

export const textOf = (scene: Pick<Scene, 'reading'>, task: Pick<Task, 'words' | 'mentions'>): string =>
  task.words.length + task.mentions.length === 0 ? '' : scene.reading.text.slice(...spanOf(scene, task));

/** Positions of the words that a mention was read from. */
export const wordsWithin = (
  { reading }: Pick<Scene, 'reading'>,
  span: Span,
  among: readonly number[],
): number[] => among.filter((index) => covers(span, reading.words[index]!.span));
