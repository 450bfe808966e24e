import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import type { Mention } from '../understanding/reading.ts';
import type { Assumption } from '../understanding/understanding.ts';
import type { Product } from './builder.ts';
import { feedFor, sameName, type Feed, type Inputs } from './feed.ts';
import { isDataRole, type Field } from './fields.ts';
import type { Finding } from './finding.ts';
import { fit } from './fit.ts';
import type { Profile } from './profile.ts';
import { textOf, wordAt, type Read, type Scene, type Task } from './scene.ts';
import { valueIn } from './values.ts';
import { isIn, vocabularyOf } from './words.ts';

/** A param that nobody gave, or for which something was said that the service does not take. */
export interface Missing {
  field: Field;
  said?: string;
}

/** How a service would be called for a task. */
export interface Call {
  feed: Feed;
  params: JsonObject;
  mapping: { [param: string]: string };
  used: Product[];
  /** What was read for which param. */
  reads: { field: string; read: Read }[];
  assumptions: Omit<Assumption, 'step'>[];
  missing: Missing[];
  /** The data param that has nothing to work on. */
  lacks?: Field;
}

/** Fills the params of one service: data from inputs, the others from what the request says. Nothing decisive is made up. */
export function prepareCall(
  profile: Profile,
  scene: Scene,
  task: Task,
  inputs: Inputs,
  fixed: Fixed = {},
): Call {
  const call: Call = {
    feed: { kind: 'none' },
    params: {},
    mapping: {},
    used: [],
    reads: [],
    assumptions: [],
    missing: [],
  };
  const { fields } = profile;
  if (fields === undefined) return callUnknown(scene, task, inputs, call);
  const feed = feedFor(fields, inputs);
  if (feed === undefined)
    call.lacks =
      fields.find(({ role, required }) => isDataRole(role) && required) ??
      fields.find(({ role }) => isDataRole(role))!;
  else call.feed = feed;
  if (feed?.kind === 'literal') call.params[feed.param] = feed.value;
  const fed = feed === undefined || feed.kind === 'none' ? undefined : feed.param;
  for (const field of inOrder(fields)) {
    if (field.name === fed || field.name === call.lacks?.name) continue;
    fill(field, profile, scene, task, inputs, call, fixed);
  }
  call.params = Object.fromEntries(
    fields.flatMap(({ name }) => (Object.hasOwn(call.params, name) ? [[name, call.params[name]!]] : [])),
  );
  return call;
}

/** Values that are settled before: the asset of a fan-out. */
export interface Fixed {
  [role: string]: Read | undefined;
}

/** What can be told apart best is read first. */
const ORDER: readonly Field['role'][] = [
  'symbol',
  'symbols',
  'from',
  'to',
  'date',
  'until',
  'days',
  'hours',
  'horizon',
  'people',
  'url',
  'email',
  'language',
  'location',
  'name',
];

function inOrder(fields: readonly Field[]): Field[] {
  const rank = ({ role, schema, required }: Field): number => {
    if (role === 'query') return 60;
    if (role === 'title') return 50;
    const place = ORDER.indexOf(role);
    const isTold =
      schema['enum'] !== undefined || schema['pattern'] !== undefined || schema['format'] !== undefined;
    return (place >= 0 ? place : isTold ? 20 : 30) + (required ? 0 : 0.5);
  };
  return fields.toSorted((a, b) => rank(a) - rank(b));
}

function fill(
  field: Field,
  profile: Profile,
  scene: Scene,
  task: Task,
  inputs: Inputs,
  call: Call,
  fixed: Fixed,
): void {
  const settled = fixed[field.role];
  const finding: Finding =
    settled === undefined ? find(field, profile, scene, task, call) : { kind: 'found', read: settled };
  if (finding.kind === 'unfit') {
    call.missing.push({ field, said: finding.said });
    call.reads.push({ field: field.name, read: { value: finding.said, words: finding.words } });
    return;
  }
  if (finding.kind === 'found') {
    call.params[field.name] = finding.read.value;
    call.reads.push({ field: field.name, read: finding.read });
    return;
  }
  const same = field.role === 'other' || isDataRole(field.role) ? sameName(field, inputs.all) : undefined;
  if (same !== undefined) {
    call.mapping[field.name] = `${same.product.key}${same.path}`;
    call.used.push(same.product);
    return;
  }
  if (isDataRole(field.role)) {
    if (field.required) call.lacks ??= field;
    return;
  }
  if (field.required && field.role === 'title' && profile.fields!.some(({ role }) => isDataRole(role)))
    return assumeTitle(field, scene, task, call);
  if (field.required || isNeverAssumed(field)) call.missing.push({ field });
  else if (field.schema['default'] !== undefined && DECISIVE.has(field.role))
    call.assumptions.push({
      field: field.name,
      value: field.schema['default'],
      why: `the default of ${profile.service.name}`,
    });
}

/** What is bought is never left to a service's default: which asset, where, when, for how many, to whom. */
const isNeverAssumed = ({ role, schema }: Field): boolean =>
  schema['default'] !== undefined && SAID.has(role);

const SAID: ReadonlySet<Field['role']> = new Set([
  'symbol',
  'symbols',
  'from',
  'to',
  'location',
  'date',
  'until',
  'people',
  'email',
  'url',
]);

const DECISIVE: ReadonlySet<Field['role']> = new Set([
  'days',
  'hours',
  'horizon',
  'people',
  'metric',
  'chain',
  'name',
  'other',
]);

function assumeTitle(field: Field, scene: Scene, task: Task, call: Call): void {
  const value = fit(textOf(scene, task).replaceAll(/\s+/gu, ' ').slice(0, 120), field.schema, scene.matches);
  if (value === undefined) return void call.missing.push({ field });
  call.params[field.name] = value;
  call.assumptions.push({ field: field.name, value, why: 'made from the words of the request' });
}

/** An answer, what the task itself says, what the rest of its sentence says, and what the whole request says if it says one thing. */
function find(field: Field, { service }: Profile, scene: Scene, task: Task, call: Call): Finding {
  const answer = scene.answers[`${service.id}.${field.name}`] ?? scene.answers[field.name];
  const given =
    answer === undefined || answer === null ? undefined : fit(answer, field.schema, scene.matches);
  if (given !== undefined) return fromAnswer(field, service.id, given, scene, task);
  const taken = new Set(call.reads.flatMap(({ read }) => read.words));
  const used = new Set([...call.reads.flatMap(({ read }) => read.mention ?? []), ...workedOn(task, call)]);
  const look = (where: Task): Finding =>
    valueIn(field, {
      scene,
      task: where,
      service: service.id,
      free: where.words.filter((index) => !taken.has(index)),
      mentions: where.mentions.filter((mention) => !used.has(mention) || mention.kind === 'date'),
    });
  const own = look(task);
  const isShared =
    SHARED.has(field.role) || isStay(field) || (field.role === 'name' && isSomebodys(scene, task));
  if (own.kind !== 'none' || !isShared) return own;
  for (const others of scene.around(task)) {
    const found = others.map(look).filter((one) => one.kind === 'found');
    const values = new Set(found.map((one) => JSON.stringify(one.read.value)));
    if (values.size === 1) return found[0]!;
    if (values.size > 1) return { kind: 'none' };
  }
  return { kind: 'none' };
}

/** Quotes that are the text to work on are no recipients and no names. */
const workedOn = ({ mentions }: Task, { feed }: Call): Mention[] =>
  mentions.filter(
    (mention) =>
      mention.kind === 'quote' &&
      feed.kind === 'literal' &&
      typeof feed.value === 'string' &&
      feed.value.includes(mention.value),
  );

/** The nights of a range belong to its first day, wherever it stands. */
const isStay = ({ name }: Field): boolean => isIn('nights', vocabularyOf([name]));

/** "its credit rating" is that of whoever was named before. */
const isSomebodys = (scene: Scene, task: Task): boolean =>
  task.words.some((index) => ['its', 'their', 'his', 'her'].includes(wordAt(scene, index).norm));

/** Values that one part of a request says for all of it. */
const SHARED: ReadonlySet<Field['role']> = new Set([
  'symbol',
  'symbols',
  'from',
  'to',
  'days',
  'hours',
  'chain',
  'location',
  'date',
  'until',
  'people',
]);

/** What the answer stands for in the request is settled with it: the unknown symbol, say. */
function fromAnswer(field: Field, service: string, value: Json, scene: Scene, task: Task): Finding {
  const said = valueIn(field, { scene, task, service, free: task.words, mentions: task.mentions });
  return {
    kind: 'found',
    read: { value, words: said.kind === 'unfit' ? said.words : said.kind === 'found' ? said.read.words : [] },
  };
}

/** A service that tells nothing of its input gets the question, and the data there is. */
function callUnknown(scene: Scene, task: Task, inputs: Inputs, call: Call): Call {
  const product = inputs.loose.at(-1);
  const query = textOf(scene, task);
  call.params = { query: inputs.text === undefined ? query : `${query}\n${inputs.text}` };
  call.reads.push({ field: 'query', read: { value: query, words: task.words } });
  if (product !== undefined) call.feed = { kind: 'one', param: 'data', product, path: '', quality: 1 };
  return call;
}
