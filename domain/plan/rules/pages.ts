import { isSure, previewProduct } from './candidates.ts';
import type { Field } from './fields.ts';
import { worksOnData } from './inputs.ts';
import { allowed } from './match.ts';
import { hit, type Profile } from './profile.ts';
import { wordAt, type Scene, type Task } from './scene.ts';
import { isIn } from './words.ts';

const PAGE = ['page', 'web', 'website', 'webpage', 'site', 'html'];
const FILE = /\.(pdf|png|jpe?g|gif|webp|docx?|xlsx?|csv|mp[34]|wav)(?:[?#]|$)/iu;

/** The one service that brings what stands at the address of a task, for another that works on texts. */
export function readerOf(scene: Scene, task: Task, requester: Profile): Profile | undefined {
  const [page, ...others] = task.mentions.filter(({ kind }) => kind === 'url' || kind === 'email');
  if (page?.kind !== 'url' || others.length > 0) return undefined;
  const file = FILE.exec(page.value)?.[1]?.toLowerCase();
  const words = file === undefined ? PAGE : [file];
  const told = (profile: Profile): number => words.reduce((sum, word) => sum + hit(word, profile), 0);
  const able = allowed(scene)
    .filter((profile) => takesAddressAlone(profile) && isSure(requester, [previewProduct(profile)]))
    .map((profile) => ({ profile, told: told(profile) }))
    .toSorted((a, b) => b.told - a.told);
  const [first, second] = able;
  return first !== undefined && first.told > (second?.told ?? 0) ? first.profile : undefined;
}

/** "Read https://...": the one service that takes an address alone and is told by this verb. */
export function openerOf(scene: Scene, task: Task): Profile | undefined {
  if (task.mentions.length !== 1 || task.mentions[0]!.kind !== 'url') return undefined;
  const [only, ...more] = allowed(scene).filter(
    (profile) =>
      takesAddressAlone(profile) && task.words.some((index) => isIn(wordAt(scene, index).root, profile.told)),
  );
  return more.length === 0 ? only : undefined;
}

function takesAddressAlone(profile: Profile): boolean {
  const required = profile.fields?.filter((field) => field.required) ?? [];
  return !worksOnData(profile) && required.length === 1 && isAddress(required[0]!);
}

const isAddress = ({ role, schema }: Field): boolean => role === 'url' || schema['format'] === 'uri';

/** "About Solana" behind an address says what the page is about, not what is to be done. */
export function noteSubject({ account, reading }: Scene, { words }: Task): void {
  const at = words.findIndex((index) => reading.words[index]!.norm === 'about');
  if (at >= 0) account.take(words.slice(at), { as: 'context' });
}
