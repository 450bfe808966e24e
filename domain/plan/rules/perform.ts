import type { Mention } from '../understanding/reading.ts';
import type { Product } from './builder.ts';
import { byStrength, valueTaker } from './candidates.ts';
import { givenIn, isGiven, looseInputs, remainderOf, spokenOf, worksOnData } from './inputs.ts';
import { deliveryIn } from './delivery.ts';
import { pairIn, type Pair } from './pairs.ts';
import { joinStep } from './local-steps.ts';
import { localOf } from './local-words.ts';
import { allowed, headOf, NAMED, servicesFor, type Match } from './match.ts';
import { termsOf } from './phrases.ts';
import { noteSubject, openerOf, readerOf } from './pages.ts';
import { hit, type Profile } from './profile.ts';
import { splitTask } from './segments.ts';
import { settle, NOTHING, profilesOf, type Outcome } from './settle.ts';
import { textOf, wordAt, type Scene, type Task } from './scene.ts';
import { symbolsIn } from './symbols.ts';
import { takeTask } from './takeover.ts';

type Quote = Extract<Mention, { value: string }>;

const LACKING: Outcome = { kind: 'lacking' };
const DEEPEST = 4;

/** Adds the steps for a task and for what it works on. */
export function performTask(scene: Scene, task: Task, depth = 0): Outcome {
  if (depth > DEEPEST) return lack(scene, task);
  const parts = inOrder(scene, splitTask(scene, task));
  if (parts.length === 1) return performOne(scene, parts[0]!, depth);
  const outcomes = parts.map((part) => performOne(scene, part, depth + 1));
  const products = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? outcome.products : []));
  if (products.length > 0) return { kind: 'done', products };
  return outcomes.find(({ kind }) => kind === 'asked') ?? LACKING;
}

/** "A report with prices and statistics": what puts things together comes after them. */
function inOrder(scene: Scene, parts: readonly Task[]): Task[] {
  const composes = (part: Task): boolean => {
    const head = headOf(scene, part);
    const profile = head.kind === 'word' ? servicesFor(scene, part, head.at)[0]?.profile : undefined;
    return profile?.fields?.some(({ role }) => role === 'sections') ?? false;
  };
  return parts.length === 1
    ? [...parts]
    : [...parts.filter((part) => !composes(part)), ...parts.filter(composes)];
}

function performOne(scene: Scene, task: Task, depth: number): Outcome {
  const pair = pairIn(scene, task);
  if (pair !== undefined) return performPair(scene, task, pair);
  const head = headOf(scene, task);
  if (head.kind === 'unknown') return deliver(scene, task, depth) ?? lack(scene, task);
  if (head.kind === 'none') return performValues(scene, task);
  const { norm, root } = wordAt(scene, head.at);
  const isLocal = (localOf(norm) ?? localOf(root)) !== undefined;
  if (isLocal && !allowed(scene).some((profile) => hit(norm, profile) >= 1))
    return performLocal(scene, task, head.at, depth);
  const matches = servicesFor(scene, task, head.at);
  return matches.length === 0 ? lack(scene, task) : performService(scene, task, head.at, matches, depth);
}

function performPair(scene: Scene, task: Task, { profile, from, to, words }: Pair): Outcome {
  scene.account.take(words, { as: 'task' });
  return settle(scene, task, { profile, fit: 0, head: NAMED }, NOTHING, [], { from, to });
}

/** What is to be delivered is made; that nothing delivers it is said. */
function deliver(scene: Scene, task: Task, depth: number): Outcome | undefined {
  const delivery = deliveryIn(scene, task);
  if (delivery === undefined || headOf(scene, delivery.object).kind !== 'word') return undefined;
  const outcome = performTask(scene, delivery.object, depth + 1);
  if (outcome.kind === 'lacking') return outcome;
  scene.doubts.lacking.push({ text: textOf(scene, task), words: delivery.words });
  scene.account.take(delivery.words, { as: 'unavailable' });
  for (const mention of task.mentions) scene.account.take([], { as: 'unavailable' }, mention);
  return outcome;
}

/** "How has bitcoin been doing?", "chart bitcoin": no word says what is wanted; only the one service that takes all of it may be meant. */
function performValues(scene: Scene, task: Task): Outcome {
  const quotes = task.mentions.flatMap((mention) => (mention.kind === 'quote' ? [mention] : []));
  if (quotes.length > 0 && quotes.length === task.mentions.length) return bring(scene, task, quotes);
  const only = openerOf(scene, task) ?? valueTaker(scene, task);
  return only === undefined
    ? lack(scene, task)
    : settle(scene, task, { profile: only, fit: 0, head: NAMED }, NOTHING, []);
}

/** "Take the text ...": it is brought for what comes after. */
function bring(scene: Scene, task: Task, quotes: readonly Quote[]): Outcome {
  scene.given = quotes.map(({ value }) => value);
  scene.account.take(task.words, { as: 'context' });
  for (const quote of quotes) scene.account.take([], { as: 'context' }, quote);
  return { kind: 'done', products: [] };
}

/** Comparing and combining need no service, only what they work on. */
function performLocal(scene: Scene, task: Task, head: number, depth: number): Outcome {
  const rest: Task = { ...task, words: task.words.filter((index) => index !== head) };
  const isMore = termsOf(scene, rest).length > 0;
  const spoken = isMore ? spokenOf(scene, rest) : undefined;
  const outcome =
    isMore && spoken === undefined
      ? withValues(scene, 'prices', () => performTask(scene, rest, depth + 1))
      : undefined;
  if (outcome !== undefined && outcome.kind !== 'done') return outcome;
  const products = outcome?.products ?? spoken ?? scene.builder.loose();
  if (products.length === 0 && scene.isWaiting) return wait(scene, task);
  if (products.length === 0 || scene.isBroken) return lack(scene, task);
  const isComparison = localOf(wordAt(scene, head).norm) === 'compare';
  const [name, label] = isComparison ? ['comparison', 'Comparison'] : ['combined', 'Combined results'];
  const made =
    products.length > 1 ? joinStep(scene.builder, name, label, textOf(scene, task), products) : products[0]!;
  scene.account.take([head], { as: 'task', step: made.step });
  takeTask(scene, task, made.step, [], profilesOf(scene, products));
  scene.certainty.push(0.95);
  return { kind: 'done', products: [made] };
}

function withValues(scene: Scene, values: Scene['values'], work: () => Outcome): Outcome {
  const before = scene.values;
  scene.values = values;
  try {
    return work();
  } finally {
    scene.values = before;
  }
}

/** A service gets what the request quotes, what its task names, or what there is already, in this order. */
function performService(
  scene: Scene,
  task: Task,
  head: number,
  matches: readonly Match[],
  depth: number,
): Outcome {
  const match = byStrength(scene, task, head, matches)[0]!;
  const { profile } = match;
  if (!worksOnData(profile))
    return settle(scene, task, match, { loose: [], all: scene.builder.products() }, []);
  const given = givenIn(scene, profile, task);
  const rest = remainderOf(scene, task, profile, head);
  if (isGiven(given)) return settle(scene, task, match, { ...given, ...looseInputs(scene) }, []);
  if (rest === undefined && scene.isWaiting) return wait(scene, task);
  if (rest === undefined)
    return scene.isBroken ? lack(scene, task) : settle(scene, task, match, looseInputs(scene), []);
  const reader = readerOf(scene, rest, profile);
  if (reader !== undefined) return performPage(scene, task, rest, match, reader);
  const spoken = spokenOf(scene, rest);
  if (spoken !== undefined) return settleSpoken(scene, task, rest, match, spoken);
  const isSeries = profile.fields!.some(({ role }) => role === 'series');
  if (isSeries && isBare(scene, rest) && scene.builder.products().length === 0)
    scene.account.take(rest.words, { as: 'task' });
  if (isSeries && isBare(scene, rest)) return settle(scene, task, match, looseInputs(scene), []);
  const source = withValues(scene, isSeries ? profile : undefined, () => performTask(scene, rest, depth + 1));
  if (source.kind === 'done')
    return settle(scene, task, match, { loose: source.products, all: source.products }, source.products);
  if (source.kind === 'lacking') takeTask(scene, task, undefined, [], scene.profiles);
  return source;
}

/** "Summarize https://...": the page is fetched first. */
function performPage(scene: Scene, task: Task, rest: Task, match: Match, reader: Profile): Outcome {
  noteSubject(scene, rest);
  const page = settle(scene, rest, { profile: reader, fit: 0, head: NAMED }, NOTHING, []);
  return page.kind === 'done'
    ? settle(scene, task, match, { loose: page.products, all: page.products }, page.products)
    : page;
}

/** Nothing but a window of time: the asset is missing. */
const isBare = (scene: Scene, rest: Task): boolean =>
  termsOf(scene, rest).length === 0 && rest.mentions.every(({ kind }) => kind === 'duration');

function settleSpoken(scene: Scene, task: Task, rest: Task, match: Match, spoken: Product[]): Outcome {
  const step = spoken[0]!.step;
  for (const { words } of symbolsIn(scene, rest, undefined)) scene.account.take(words, { as: 'task', step });
  return settle(scene, task, match, { loose: spoken, all: spoken }, spoken);
}

/** It works on what another task will bring once its question is answered. */
function wait(scene: Scene, task: Task): Outcome {
  takeTask(scene, task, undefined, [], scene.profiles);
  return { kind: 'asked' };
}

function lack(scene: Scene, task: Task): Outcome {
  scene.doubts.lacking.push({ text: textOf(scene, task), words: task.words });
  scene.account.take(
    task.words.filter((index) => !scene.account.isTaken(index)),
    { as: 'unavailable' },
  );
  for (const mention of task.mentions) scene.account.take([], { as: 'unavailable' }, mention);
  scene.isBroken = true;
  return LACKING;
}
