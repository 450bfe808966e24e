import { covers, positions } from '../understanding/spans.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { CatalogueService } from '../catalogue.ts';
import type { Draft } from '../draft.ts';
import type { Clause, Reading } from '../understanding/reading.ts';
import type { Understanding, UnderstoodPart } from '../understanding/understanding.ts';
import { createAccount } from './account.ts';
import { performBranch, type Branch } from './branch.ts';
import { createBuilder, TooManySteps } from './builder.ts';
import { createDoubts, type Lack } from './doubts.ts';
import { rulesOut } from './exclusions.ts';
import { intentOf } from './intent.ts';
import { performTask } from './perform.ts';
import { profileOf } from './profile.ts';
import { type Choices, type Scene, type Task } from './scene.ts';
import { isSoft } from './lexicon.ts';
import { askAboutUntakeable, askWhatIsMeant, isIdle, isLimitWord, isUnclear } from './uncertain.ts';
import { isMeant } from './long-requests.ts';
import { isAboutDoing, noteSecondThoughts } from './second-thoughts.ts';
import { isAsked, taskOf } from './tasks.ts';
import { untrustedClauses } from './untrusted.ts';
import { understandingOf } from './tell.ts';

export interface RuleOptions {
  choices?: Choices;
  answers?: JsonObject;
  cheapest?: boolean;
  /** Parts that were read before: limits of the run. */
  parts?: readonly UnderstoodPart[];
  matches: (pattern: string, text: string) => boolean;
}

/** A proposed plan and what it lacks, or questions, or what no service does. */
export type RuleResult =
  | { kind: 'plan'; draft: Draft; understanding: Understanding }
  | { kind: 'detail'; understanding: Understanding }
  | { kind: 'nothing'; lacking: Lack[]; understanding: Understanding };

/**
 * Plans a request by rules alone, always alike for the same reading and services. Tasks are matched to services by what these declare, and
 * wired by their schemas. Nothing that decides what is bought is made up, and each word is accounted for.
 */
export function planByWords(
  reading: Reading,
  services: readonly CatalogueService[],
  options: RuleOptions,
): RuleResult {
  const scene = createScene(reading, services, options);
  for (const part of options.parts ?? []) takeLimit(scene, part);
  rulesOut(scene);
  bringTexts(scene);
  noteSecondThoughts(scene);
  try {
    for (const piece of piecesOf(scene)) {
      scene.builder.joinBranches();
      if ('condition' in piece) performBranch(scene, piece);
      else if (!isEmpty(scene, piece)) performTask(scene, piece);
    }
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error;
    scene.doubts.lacking.push({
      text: reading.text.slice(0, 200),
      words: [],
      why: 'It needs more than 50 steps.',
    });
    return { kind: 'nothing', lacking: scene.doubts.lacking, understanding: understandingOf(scene) };
  }
  return resultOf(scene);
}

function createScene(reading: Reading, services: readonly CatalogueService[], options: RuleOptions): Scene {
  const untrusted = untrustedClauses(reading);
  const tasks = reading.clauses
    .filter((clause) => isAsked(clause) && !untrusted.includes(clause))
    .map((clause) => taskOf(reading, clause));
  return {
    reading,
    profiles: services.map(profileOf),
    choices: options.choices ?? new Map(),
    answers: options.answers ?? {},
    builder: createBuilder(),
    account: createAccount(reading),
    doubts: createDoubts(),
    cheapest: options.cheapest ?? false,
    matches: options.matches,
    around: (task) => [
      tasks.filter(({ sentence }) => sentence === task.sentence),
      tasks.filter(({ sentence }) => sentence !== task.sentence),
    ],
    untrusted,
    excluded: new Set(),
    certainty: [],
    used: [],
    isBroken: false,
    isWaiting: false,
    given: [],
    values: undefined,
  };
}

/** "Here is the text: ...": a text that is only told is there for whoever works on texts. */
function bringTexts(scene: Scene): void {
  const { reading } = scene;
  const asked = reading.clauses.filter(isAsked).flatMap((clause) => taskOf(reading, clause).mentions);
  const told = reading.mentions.filter((mention) => mention.kind === 'quote' && !asked.includes(mention));
  for (const mention of told) {
    if (mention.kind === 'quote') scene.given.push(mention.value);
    scene.account.take([], { as: 'context' }, mention);
  }
}

function takeLimit(scene: Scene, { span, as, field, value }: UnderstoodPart): void {
  const { account, reading } = scene;
  const words = [...reading.words.keys()].filter((index) => covers(span, reading.words[index]!.span));
  const before = words.length === 0 ? [] : leadOf(scene, words[0]!);
  account.take([...before, ...words], {
    as,
    ...(field !== undefined && { field }),
    ...(value !== undefined && { value }),
  });
}

/** "costing", "and it must not cost": the words that lead to a limit. */
function leadOf({ reading }: Scene, first: number): number[] {
  const begin = reading.clauses.find(({ from, to }) => first >= from && first < to)?.from ?? first;
  let start = first;
  for (let at = first - 1; at >= begin; at--) {
    const { norm } = reading.words[at]!;
    if (isLimitWord(norm) || (LEADING.has(norm) && start === at + 1)) start = at;
    else if (!isSoft(norm)) break;
  }
  return positions(start, first);
}

const LEADING = new Set(
  "and but do does don't not never please it that this must should shall may to all".split(' '),
);

/** Instructions and branches in the order of the request. "Otherwise" belongs to the last condition before it. */
function piecesOf(scene: Scene): (Task | Branch)[] {
  const { reading, untrusted } = scene;
  for (const clause of untrusted) scene.account.take(taskOf(reading, clause).words, { as: 'ignored' });
  const asked = reading.clauses.filter((clause) => isAsked(clause) && !untrusted.includes(clause));
  const clauses = asked.filter((clause) => isMeant(scene, clause) && !isAboutDoing(reading, clause));
  for (const clause of asked.filter((one) => !clauses.includes(one)))
    scene.account.take(taskOf(reading, clause).words, { as: 'context' });
  const branches = new Map(
    clauses
      .filter((clause) => clause.mood === 'condition' && !isEmpty(scene, taskOf(reading, clause)))
      .map((clause): [number, Branch] => [
        clause.sentence,
        { condition: taskOf(reading, clause), then: [], otherwise: [] },
      ]),
  );
  const pieces = new Set<Task | Branch>();
  for (const clause of clauses) {
    const branch = branches.get(clause.sentence) ?? [...branches.values()].findLast((one) => pieces.has(one));
    const isPart = clause.mood === 'condition' || clause.mood === 'then' || clause.mood === 'otherwise';
    if (branch === undefined && clause.mood === 'otherwise') noteAlternative(scene, clause);
    else if (branch === undefined || !isPart) pieces.add(taskOf(reading, clause));
    else pieces.add(branch);
    if (branch !== undefined && (clause.mood === 'then' || clause.mood === 'otherwise'))
      branch[clause.mood].push(taskOf(reading, clause));
  }
  return [...pieces];
}

/** "In Rome, or else in Milan": the person decides, not the plan. */
function noteAlternative({ reading, account, doubts }: Scene, clause: Clause): void {
  account.take(taskOf(reading, clause).words, { as: 'context' });
  const said = doubts.untakeable.get('The plan') ?? [];
  doubts.untakeable.set('The plan', [...said, reading.text.slice(...clause.span)]);
}

/** Nothing but courtesy and what was read as a limit. */
const isEmpty = (scene: Scene, task: Task): boolean =>
  task.mentions.every(({ kind }) => kind !== 'quote' && kind !== 'url' && kind !== 'email') &&
  task.words.every((index) => scene.account.isTaken(index) || isIdle(scene, index));

function resultOf(scene: Scene): RuleResult {
  const { builder, doubts } = scene;
  askAboutUntakeable(scene);
  if (isUnclear(scene)) askWhatIsMeant(scene);
  const understanding = understandingOf(scene);
  if (doubts.questions.length > 0) return { kind: 'detail', understanding };
  if (!builder.steps.some((step) => step.type === 'service_call'))
    return { kind: 'nothing', lacking: doubts.lacking, understanding };
  return {
    kind: 'plan',
    draft: { steps: builder.steps, intent: intentOf(scene, understanding) },
    understanding,
  };
}
