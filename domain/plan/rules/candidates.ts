import type { Product } from './builder.ts';
import { prepareCall } from './call.ts';
import { feedFor, type Inputs } from './feed.ts';
import { givenIn, isGiven, looseInputs, remainderOf, spokenOf, worksOnData } from './inputs.ts';
import { allowed, headOf, NAMED, servicesFor, type Match } from './match.ts';
import { hit, type Profile } from './profile.ts';
import { termsOf } from './phrases.ts';
import { textOf, wordAt, type Scene, type Task } from './scene.ts';
import { symbolsIn } from './symbols.ts';

const NOTHING: Inputs = { loose: [], all: [] };

/** Candidates that have what they need come first; the order of their scores stays otherwise. */
export const byStrength = (scene: Scene, task: Task, head: number, matches: readonly Match[]): Match[] =>
  matches
    .map((match) => ({ match, strength: strengthOf(scene, task, head, match) }))
    .toSorted((a, b) => b.strength - a.strength)
    .map(({ match }) => match);

/** 3 surely fed and filled, 2 surely fed, 1 filled or perhaps fed, 0 neither. */
function strengthOf(scene: Scene, task: Task, head: number, { profile }: Match): number {
  const given = givenIn(scene, profile, task);
  const inputs = { ...given, ...looseInputs(scene) };
  const filled = prepareCall(profile, scene, task, inputs).missing.length === 0 ? 1 : 0;
  if (!worksOnData(profile) || isGiven(given)) return filled + 2;
  const rest = remainderOf(scene, task, profile, head);
  const feed = feedFor(
    profile.fields!,
    rest === undefined ? looseInputs(scene) : previewOf(scene, rest, profile),
  );
  return filled + (feed === undefined ? 0 : feed.kind === 'one' ? Math.min(2, feed.quality / 2) : 1);
}

/** The outputs that the rest of a task would bring for a service, without adding a step. */
function previewOf(scene: Scene, rest: Task, requester: Profile): Inputs {
  const spoken = spokenOf(scene, rest);
  if (spoken !== undefined) return { loose: spoken, all: spoken };
  const head = headOf(scene, rest);
  const bare = { ...scene, values: requester };
  const source =
    head.kind === 'word' ? servicesFor(scene, rest, head.at)[0]?.profile : valueTaker(bare, rest);
  const products = source === undefined ? [] : [previewProduct(source)];
  return { loose: products, all: products };
}

/** What a service would bring. */
export const previewProduct = ({ service, outputs }: Profile): Product => ({
  step: service.id,
  key: service.id,
  label: service.name,
  paths: [...outputs],
  group: 0,
  service,
});

const FARING =
  /\b(?:how|what)\b.{0,40}\b(?:doing|done|do|performed|performing|perform|faring|fared|traded|trading|trade|moved|moving|move|developed|evolved|gone|went|going)\b/i;

/** The one service that takes the assets of a task which says nothing else, as far as the scene says what they stand for. */
export function valueTaker(scene: Scene, task: Task): Profile | undefined {
  const symbols = symbolsIn(scene, task, undefined);
  const wanted = scene.values ?? (isAboutPrices(scene, task, symbols.length) ? 'prices' : undefined);
  if (symbols.length === 0 || wanted === undefined) return undefined;
  const [only, ...others] = allowed(scene)
    .filter((profile) => !worksOnData(profile))
    .filter((profile) =>
      wanted === 'prices' ? hit('price', profile) >= NAMED : isSure(wanted, [previewProduct(profile)]),
    )
    .filter((profile) => takesAsset(scene, task, profile, symbols[0]!.words[0]!));
  return others.length === 0 ? only : undefined;
}

/** "Buy bitcoin", "short it": no prices are wanted. */
const TRADING = new Set('buy purchase pay sell short long trade mine hold keep stake lend'.split(' '));

/** "How has bitcoin been doing?" and "SOL, 30 days" mean prices. */
function isAboutPrices(scene: Scene, task: Task, assets: number): boolean {
  const isFaring = task.isQuestion && assets === 1 && FARING.test(textOf(scene, task));
  const isBare = task.mentions.some((mention) => mention.kind === 'duration' && mention.when !== 'future');
  const isTrade = task.words.some((index) => TRADING.has(wordAt(scene, index).norm));
  return isFaring || (isBare && !isTrade && termsOf(scene, task).length === assets);
}

const takesAsset = (scene: Scene, task: Task, profile: Profile, word: number): boolean =>
  prepareCall(profile, scene, task, NOTHING).reads.some(({ read }) => read.words.includes(word));

/** True when an output surely is what the service works on. */
export function isSure({ fields }: Profile, products: readonly Product[]): boolean {
  const feed = fields === undefined ? undefined : feedFor(fields, { loose: products, all: products });
  return feed?.kind === 'one' && feed.quality >= 3;
}
