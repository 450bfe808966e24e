import type { Product } from './builder.ts';
import { prepareCall, type Call, type Fixed } from './call.ts';
import { askFor } from './doubts.ts';
import { feedFor, type Inputs } from './feed.ts';
import { givenText, looseInputs, remainderOf, spokenOf, worksOnData } from './inputs.ts';
import { joinStep } from './local-steps.ts';
import { localOf } from './local-words.ts';
import { allowed, headOf, NAMED, servicesFor, type Match } from './match.ts';
import { termsOf } from './phrases.ts';
import { placeCalls } from './place.ts';
import { hit, type Profile } from './profile.ts';
import { questionFor } from './questions.ts';
import { splitTask } from './segments.ts';
import { textOf, wordAt, type Scene, type Task } from './scene.ts';
import { symbolsIn } from './symbols.ts';
import { leftoversOf, takeTask } from './takeover.ts';

/** What came of a task: outputs, or nothing because somebody must answer first, or because no service does it. */
export type Outcome = { kind: 'done'; products: Product[] } | { kind: 'asked' } | { kind: 'lacking' };

const LACKING: Outcome = { kind: 'lacking' };
const ASKED: Outcome = { kind: 'asked' };
const DEEPEST = 4;

/** Adds the steps for a task and for what it works on. */
export function performTask(scene: Scene, task: Task, depth = 0): Outcome {
  if (depth > DEEPEST) return lack(scene, task);
  const parts = splitTask(scene, task);
  if (parts.length === 1) return performOne(scene, parts[0]!, depth);
  const outcomes = parts.map((part) => performOne(scene, part, depth + 1));
  const products = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? outcome.products : []));
  if (products.length > 0) return { kind: 'done', products };
  return outcomes.find(({ kind }) => kind === 'asked') ?? LACKING;
}

function performOne(scene: Scene, task: Task, depth: number): Outcome {
  const head = headOf(scene, task);
  if (head.kind === 'unknown') return lack(scene, task);
  if (head.kind === 'none') return performValues(scene, task);
  const { norm, root } = wordAt(scene, head.at);
  const local = localOf(norm) ?? localOf(root);
  if (local !== undefined && !allowed(scene).some((profile) => hit(norm, profile) >= 1))
    return performLocal(scene, task, head.at, local, depth);
  const matches = servicesFor(scene, task, head.at);
  return matches.length === 0 ? lack(scene, task) : performService(scene, task, head.at, matches, depth);
}

/** "How has bitcoin been doing?", "SOL, 30 days": no word says what is wanted; only the one service that takes all of it may be meant. */
function performValues(scene: Scene, task: Task): Outcome {
  const symbols = symbolsIn(scene, task, undefined);
  const isAsked =
    task.isQuestion &&
    task.words.some((index) =>
      /^(?:do|doing|did|done|perform|performing|performed|fare|faring)$/.test(wordAt(scene, index).norm),
    );
  if (symbols.length === 0 || !(isAsked || scene.values === 'meant')) return lack(scene, task);
  const takers = allowed(scene).filter(
    (profile) =>
      !worksOnData(profile) &&
      prepareCall(profile, scene, task, NOTHING).reads.some(({ read }) =>
        symbols.some(({ words }) => words[0] === read.words[0]),
      ),
  );
  const full = takers.filter((profile) => prepareCall(profile, scene, task, NOTHING).missing.length === 0);
  const [only] = full.filter((profile) => hit('price', profile) >= NAMED);
  if (only === undefined || full.length > 1) return lack(scene, task);
  return place(scene, task, { profile: only, fit: 0, head: 0.5 }, NOTHING, []);
}

const NOTHING: Inputs = { loose: [], all: [] };

function performLocal(
  scene: Scene,
  task: Task,
  head: number,
  local: 'compare' | 'combine' | 'report',
  depth: number,
): Outcome {
  const rest: Task = { ...task, words: task.words.filter((index) => index !== head) };
  const isMore = termsOf(scene, rest).length > 0;
  const spoken = isMore ? spokenOf(scene, rest) : undefined;
  const outcome =
    isMore && spoken === undefined ? withValues(scene, () => performTask(scene, rest, depth + 1)) : undefined;
  if (outcome !== undefined && outcome.kind !== 'done') return outcome;
  const products = outcome?.products ?? spoken ?? scene.builder.loose();
  if (products.length === 0 || scene.isBroken) return lack(scene, task);
  const [name, label] = local === 'compare' ? ['comparison', 'Comparison'] : ['combined', 'Combined results'];
  const made =
    products.length > 1 ? joinStep(scene.builder, name, label, textOf(scene, task), products) : products[0]!;
  takeTask(scene, task, made.step, [], profilesOf(scene, products));
  scene.certainty.push(0.9);
  return { kind: 'done', products: [made] };
}

/** Inside "compare", "chart" and the like, a bare asset means its series. */
function withValues(scene: Scene, work: () => Outcome): Outcome {
  const before = scene.values;
  scene.values = 'meant';
  try {
    return work();
  } finally {
    scene.values = before;
  }
}

function performService(
  scene: Scene,
  task: Task,
  head: number,
  matches: readonly Match[],
  depth: number,
): Outcome {
  const ranked = matches
    .map((match) => ({ match, strength: strengthOf(scene, task, head, match) }))
    .toSorted((a, b) => b.strength - a.strength);
  const { match } = ranked[0]!;
  if (!worksOnData(match.profile)) return place(scene, task, match, NOTHING, []);
  const text = givenText(match.profile, task);
  if (text !== undefined) return place(scene, task, match, { text, ...looseInputs(scene) }, []);
  const rest = remainderOf(scene, task, match.profile, head);
  if (rest === undefined)
    return scene.isBroken ? lack(scene, task) : place(scene, task, match, looseInputs(scene), []);
  const spoken = spokenOf(scene, rest);
  if (spoken !== undefined) return place(scene, task, match, { loose: spoken, all: spoken }, spoken);
  const isSeries = match.profile.fields!.some(({ role }) => role === 'series');
  const source = isSeries
    ? withValues(scene, () => performTask(scene, rest, depth + 1))
    : performTask(scene, rest, depth + 1);
  if (source.kind !== 'done') {
    if (source.kind === 'lacking') takeTask(scene, task, undefined, [], scene.profiles);
    return source;
  }
  return place(scene, task, match, { loose: source.products, all: source.products }, source.products);
}

/** Candidates that have what they need come first: 3 surely fed and filled, 2 perhaps, 1 fed, 0 not. */
function strengthOf(scene: Scene, task: Task, head: number, { profile }: Match): number {
  const text = givenText(profile, task);
  const dry = prepareCall(
    profile,
    scene,
    task,
    text === undefined ? looseInputs(scene) : { text, ...looseInputs(scene) },
  );
  const filled = dry.missing.length === 0 ? 1 : 0;
  if (!worksOnData(profile) || text !== undefined) return filled + 2;
  const rest = remainderOf(scene, task, profile, head);
  const products = rest === undefined ? looseInputs(scene) : previewOf(scene, rest);
  const feed = feedFor(profile.fields!, products);
  return filled + (feed === undefined ? 0 : feed.kind === 'one' ? Math.min(2, feed.quality / 2) : 1);
}

/** The outputs that the rest of a task would bring, without adding a step. */
function previewOf(scene: Scene, rest: Task): Inputs {
  const spoken = spokenOf(scene, rest);
  if (spoken !== undefined) return { loose: spoken, all: spoken };
  const head = headOf(scene, rest);
  const profiles =
    head.kind === 'word'
      ? servicesFor(scene, rest, head.at).map(({ profile }) => profile)
      : allowed(scene).filter((profile) => !worksOnData(profile));
  const products = profiles.slice(0, 1).map(({ service, outputs }): Product => ({
    step: service.id,
    key: service.id,
    label: service.name,
    paths: [...outputs],
    group: 0,
    service,
  }));
  return { loose: products, all: products };
}

/** Adds the calls of one service, or asks for what it lacks. `sources` are what the task itself brought for it to work on. */
function place(scene: Scene, task: Task, match: Match, inputs: Inputs, sources: readonly Product[]): Outcome {
  const { profile } = match;
  const fans = fanOut(scene, task, profile);
  const calls = fans.map((fixed) => prepareCall(profile, scene, task, inputs, fixed));
  const lacking = calls.find(({ lacks }) => lacks !== undefined);
  if (lacking !== undefined) return askForData(scene, task, profile, lacking);
  const missing = calls.flatMap((call) => call.missing);
  if (missing.length > 0) {
    for (const one of missing) askFor(scene.doubts, questionFor(scene, profile, one));
    takeTask(scene, task, undefined, calls, scene.profiles);
    return ASKED;
  }
  const products = placeCalls(scene, task, profile, calls);
  scene.used.push(profile);
  scene.isBroken = false;
  scene.certainty.push(match.head >= 1 ? 1 : match.head >= NAMED ? 0.9 : 0.7);
  const profiles = [profile, ...profilesOf(scene, sources)];
  takeTask(scene, task, products[0]!.step, calls, profiles);
  return afterwards(scene, task, profiles, products);
}

const profilesOf = (scene: Scene, products: readonly Product[]): Profile[] =>
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
  return distinct.map(({ value, words }) => ({ symbol: { value, words } }));
}

/** "the average price": a word that another service is named for works on what there is now. */
function afterwards(scene: Scene, task: Task, profiles: readonly Profile[], products: Product[]): Outcome {
  const left = leftoversOf(scene, task, profiles);
  for (const index of left) {
    const next = allowed(scene).find(
      (profile) =>
        worksOnData(profile) &&
        !profiles.includes(profile) &&
        hit(wordAt(scene, index).norm, profile) >= NAMED &&
        isSure(profile, products),
    );
    if (next === undefined) continue;
    const match = { profile: next, fit: 0, head: NAMED };
    return place(
      scene,
      { ...task, words: left, mentions: [] },
      match,
      { loose: products, all: products },
      products,
    );
  }
  if (left.length > 0) {
    const { name } = profiles[0]!.service;
    scene.doubts.untakeable.set(name, [
      ...(scene.doubts.untakeable.get(name) ?? []),
      ...phrasesLeft(scene, left),
    ]);
  }
  return { kind: 'done', products };
}

function isSure({ fields }: Profile, products: readonly Product[]): boolean {
  const feed = feedFor(fields!, { loose: products, all: products });
  return feed?.kind === 'one' && feed.quality >= 3;
}

function phrasesLeft(scene: Scene, left: readonly number[]): string[] {
  const runs: number[][] = [];
  for (const index of left) {
    if (runs.at(-1)?.at(-1) === index - 1) runs.at(-1)!.push(index);
    else runs.push([index]);
  }
  return runs.map((words) => textOf(scene, { words, mentions: [] }));
}

/** A text is asked for. Numbers cannot be: what could bring them is asked for what it lacks. */
function askForData(scene: Scene, task: Task, profile: Profile, call: Call): Outcome {
  const field = call.lacks!;
  const text = profile.fields!.find(({ role }) => role === 'text');
  if (text !== undefined)
    askFor(scene.doubts, {
      ...questionFor(scene, profile, { field: text }),
      question: `${profile.service.name} needs a text to work on. Which text?`,
    });
  else {
    const sources = allowed(scene).filter(
      (one) => !worksOnData(one) && isSure(profile, [previewProduct(one)]),
    );
    const needs = sources.length === 1 ? prepareCall(sources[0]!, scene, task, NOTHING).missing : [];
    for (const one of needs) askFor(scene.doubts, questionFor(scene, sources[0]!, one));
    if (needs.length === 0)
      askFor(scene.doubts, {
        field: field.name,
        question: `${profile.service.name} needs data to work on. Say in the request where it comes from.`,
        type: 'text',
        service: profile.service.id,
      });
  }
  takeTask(scene, task, undefined, [call], scene.profiles);
  return ASKED;
}

const previewProduct = ({ service, outputs }: Profile): Product => ({
  step: service.id,
  key: service.id,
  label: service.name,
  paths: [...outputs],
  group: 0,
  service,
});

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
