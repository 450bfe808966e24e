import type { Product } from './builder.ts';
import { prepareCall, type Call, type Fixed } from './call.ts';
import { isSure, previewProduct } from './candidates.ts';
import { askFor } from './doubts.ts';
import type { Inputs } from './feed.ts';
import { worksOnData } from './inputs.ts';
import { allowed, NAMED, type Match } from './match.ts';
import { placeCalls } from './place.ts';
import { hit, type Profile } from './profile.ts';
import { questionFor } from './questions.ts';
import { textOf, wordAt, type Scene, type Task } from './scene.ts';
import { symbolsIn, type NamedSymbol } from './symbols.ts';
import { askWhatIsMeant } from './uncertain.ts';
import { leftoversOf, takeTask } from './takeover.ts';

/** What came of a task: outputs, or nothing because somebody must answer first, or because no service does it. */
export type Outcome = { kind: 'done'; products: Product[] } | { kind: 'asked' } | { kind: 'lacking' };

const ASKED: Outcome = { kind: 'asked' };
export const NOTHING: Inputs = { loose: [], all: [] };

/** Adds the calls of one service, or asks for what it lacks. `sources` are what the task itself brought for it to work on. */
export function settle(
  scene: Scene,
  task: Task,
  match: Match,
  inputs: Inputs,
  sources: readonly Product[],
  settled?: Fixed,
): Outcome {
  const { profile } = match;
  if (isOnlyAskedAbout(scene, task, profile)) return askWhatElse(scene, task, profile);
  const fans = settled === undefined ? fanOut(scene, task, profile) : [settled];
  const calls = fans.map((fixed) => prepareCall(profile, scene, task, inputs, fixed));
  const profiles = [profile, ...profilesOf(scene, sources)];
  const isAsked = asksFor(scene, task, profile, calls);
  if (!isAsked && isAfterthought(scene, match)) return askAboutAfterthought(scene, task, profile);
  if (isAsked) {
    scene.isWaiting = true;
    takeTask(scene, task, undefined, calls, profiles);
    noteLeftovers(scene, leftoversOf(scene, task, profiles), profile);
    return ASKED;
  }
  const products = placeCalls(scene, task, profile, calls);
  scene.used.push(profile);
  scene.isBroken = false;
  scene.isWaiting = false;
  scene.certainty.push(match.head >= 1 ? 1 : match.head >= NAMED ? 0.95 : 0.7);
  takeTask(scene, task, products[0]!.step, calls, profiles);
  return afterwards(scene, task, profiles, products);
}

/** "Is there a hotel in Rome?" orders none: what a service undoes for a refund is done by order alone. */
const isOnlyAskedAbout = (scene: Scene, task: Task, profile: Profile): boolean =>
  task.isQuestion &&
  profile.service.compensation !== undefined &&
  (ASKS_ABOUT.test(textOf(scene, task)) ||
    !task.words.some((index) => {
      const { norm, kind } = wordAt(scene, index);
      return kind === 'verb' && hit(norm, profile) >= NAMED;
    }));

const ASKS_ABOUT = /^\W*(?:is|are|was|were|has|have|had|did|does|why|when|where|who|which)\b/iu;

function askWhatElse(scene: Scene, task: Task, profile: Profile): Outcome {
  takeTask(scene, task, undefined, [], [profile]);
  askWhatIsMeant(scene);
  return ASKED;
}

/** "Nights: 3." after a booking tells more of it, and is no second one. */
const isAfterthought = ({ used }: Scene, { profile, head }: Match): boolean =>
  head < NAMED && used.includes(profile);

function askAboutAfterthought(scene: Scene, task: Task, profile: Profile): Outcome {
  takeTask(scene, task, undefined, [], [profile]);
  noteLeftovers(scene, task.words, profile);
  return ASKED;
}

export const profilesOf = (scene: Scene, products: readonly Product[]): Profile[] =>
  products.flatMap((product) => scene.profiles.filter(({ service }) => service.id === product.service?.id));

/** One call for each asset that the task names, where the service takes one. */
function fanOut(scene: Scene, task: Task, profile: Profile): Fixed[] {
  const field = profile.fields?.find(({ role }) => role === 'symbol');
  if (field === undefined) return [{}];
  const symbols = symbolsIn(scene, task, scene.choices.get(profile.service.id)?.get(field.name));
  const distinct = symbols.filter(
    ({ value }, index) => symbols.findIndex((other) => other.value === value) === index,
  );
  if (distinct.length < 2 || distinct.some(({ isKnown }) => !isKnown)) return [{}];
  const fixed = distinct.map(({ value, words }) => ({ symbol: { value, words } }));
  return isPair(scene, distinct) ? fixed.slice(0, 1) : fixed;
}

/** "bitcoin in ether", "SOL or ETH": one asset in terms of the other or instead of it, and not both. */
function isPair({ reading }: Scene, [one, other, ...more]: readonly NamedSymbol[]): boolean {
  if (one === undefined || other === undefined || more.length > 0) return false;
  const between = reading.words.slice(one.words.at(-1)! + 1, other.words[0]);
  return between.length > 0 && PAIRS.has(between.at(-1)!.norm);
}

const PAIRS = new Set('in to into against per or'.split(' '));

/** Asks for what calls lack; false when they lack nothing. */
function asksFor(scene: Scene, task: Task, profile: Profile, calls: readonly Call[]): boolean {
  const lacking = calls.find((call) => call.lacks !== undefined || isHeap(scene, task, profile, call));
  if (lacking !== undefined) askForData(scene, task, profile, lacking);
  const missing = calls.flatMap((call) => call.missing);
  for (const one of missing) askFor(scene.doubts, questionFor(scene, profile, one));
  return lacking !== undefined || missing.length > 0;
}

const ALL_OF_IT = new Set('all everything results both these those them'.split(' '));

/** Several outputs as one text, though nobody asked for all of them. */
const isHeap = (scene: Scene, task: Task, { fields }: Profile, { feed }: Call): boolean =>
  feed.kind === 'all' &&
  feed.products.length > 1 &&
  (fields?.some(({ role }) => role === 'text') ?? false) &&
  !task.words.some((index) => ALL_OF_IT.has(wordAt(scene, index).norm));

/** A text is asked for. Numbers cannot be: what could bring them is asked for what it lacks. */
function askForData(scene: Scene, task: Task, profile: Profile, call: Call): void {
  const { service } = profile;
  const text = profile.fields!.find(({ role }) => role === 'text');
  if (text !== undefined) {
    const question = questionFor(scene, profile, { field: text });
    return askFor(scene.doubts, {
      ...question,
      question: `${service.name} needs a text to work on. Which text?`,
    });
  }
  const sources = allowed(scene).filter((one) => !worksOnData(one) && isSure(profile, [previewProduct(one)]));
  const [only] = sources.length === 1 ? sources : [];
  const needs = only === undefined ? [] : prepareCall(only, scene, task, NOTHING).missing;
  for (const one of needs) askFor(scene.doubts, questionFor(scene, only!, one));
  if (needs.length > 0) return;
  const field = call.lacks?.name ?? 'data';
  const question = `${service.name} needs data to work on. Say in the request where it comes from.`;
  askFor(scene.doubts, { field, question, type: 'text', service: service.id });
}

/** "the average price": a word that another service is named for works on what there is now. */
function afterwards(scene: Scene, task: Task, profiles: readonly Profile[], products: Product[]): Outcome {
  const left = leftoversOf(scene, task, profiles);
  const isSource = !worksOnData(profiles[0]!);
  const next = isSource
    ? allowed(scene).find((profile) => isNext(scene, profile, left, profiles, products))
    : undefined;
  if (next !== undefined) {
    const rest: Task = { ...task, words: left, mentions: [] };
    return settle(
      scene,
      rest,
      { profile: next, fit: 0, head: NAMED },
      { loose: products, all: products },
      products,
    );
  }
  noteLeftovers(scene, left, profiles[0]!);
  return { kind: 'done', products };
}

const isNext = (
  scene: Scene,
  profile: Profile,
  left: readonly number[],
  profiles: readonly Profile[],
  products: readonly Product[],
): boolean =>
  worksOnData(profile) &&
  !profiles.includes(profile) &&
  left.some((index) => hit(wordAt(scene, index).norm, profile) >= NAMED) &&
  isSure(profile, products);

function noteLeftovers(scene: Scene, left: readonly number[], { service }: Profile): void {
  if (left.length === 0) return;
  const { untakeable } = scene.doubts;
  untakeable.set(service.name, [...(untakeable.get(service.name) ?? []), ...phrasesLeft(scene, left)]);
}

function phrasesLeft(scene: Scene, left: readonly number[]): string[] {
  const runs: number[][] = [];
  for (const index of left) {
    if (runs.at(-1)?.at(-1) === index - 1) runs.at(-1)!.push(index);
    else runs.push([index]);
  }
  return runs.map((words) => textOf(scene, { words, mentions: [] }));
}
