import { createHash } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { JsonObject } from '../../schemas/core/json.ts';
import { losesAnswer } from './faults.ts';
import type { StandInFlow } from './flow.ts';
import { readForm, readUpload, refusedForm } from './form.ts';
import { answerProblem } from './problems.ts';
import type { Parts } from './parts.ts';

/** The list of flows, their forms, and launching them. */
export function createFlowRouter(parts: Parts): Router {
  const router = Router();
  router.get('/flow', (request, response) => {
    response.json(pageOf(shown(parts), request));
  });
  router.get('/-/*path', (request, response) => {
    const flow = flowAt(parts, request);
    if (flow === undefined) return answerProblem(request, response, 404, request.path);
    response.json(schemaOf(flow));
  });
  router.post('/-/*path', (request, response) => launch(parts, request, response));
  return router;
}

const shown = ({ flows, faults }: Parts): StandInFlow[] => flows.filter(({ url }) => !faults.hidden.has(url));

function flowAt(parts: Parts, request: Request): StandInFlow | undefined {
  const path = decodeURI(request.path).replace(/\/+$/, '');
  return shown(parts).find(({ url }) => url.replace(/\/+$/, '') === path);
}

export const uidOf = (url: string): string => createHash('md5').update(url).digest('hex');

/** Pages follow the uid of the last flow before. An unknown uid starts over, as at Kodosumi. */
function pageOf(flows: readonly StandInFlow[], { query }: Request): object {
  const size = Number(query['pp'] ?? 10);
  const sorted = flows.toSorted((a, b) => compare(a.summary, b.summary) || compare(a.url, b.url));
  const start = sorted.findIndex(({ url }) => uidOf(url) === query['offset']) + 1;
  const items = sorted.slice(start, start + size);
  const last = items.at(-1);
  return {
    items: items.map(listed),
    offset: last !== undefined && start + size < sorted.length ? uidOf(last.url) : null,
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const listed = ({ url, summary, description, author, organization, tags }: StandInFlow): object => ({
  uid: uidOf(url),
  method: 'GET',
  url,
  source: 'stand-in',
  summary,
  description: description ?? null,
  deprecated: false,
  author: author ?? null,
  organization: organization ?? null,
  tags: (tags ?? []).toSorted(),
  base_url: 'stand-in',
});

function schemaOf({
  summary,
  description,
  tags,
  author,
  organization,
  version,
  elements,
}: StandInFlow): object {
  return {
    summary,
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags }),
    openapi_extra: {
      'x-kodosumi': true,
      ...(author !== undefined && { 'x-author': author }),
      ...(organization !== undefined && { 'x-organization': organization }),
      ...(version !== undefined && { 'x-version': version }),
    },
    elements,
  };
}

function launch(parts: Parts, request: Request, response: Response): void {
  const flow = flowAt(parts, request);
  if (flow === undefined) return answerProblem(request, response, 404, request.path);
  const posted = (request.body ?? {}) as JsonObject;
  const inputs = readForm(flow.elements, posted);
  const errors = flow.validate?.(inputs);
  if (errors) return void response.json(refusedForm(errors, flow.elements));
  const uploads = flow.elements
    .filter(({ type }) => type === 'file')
    .flatMap(({ name }) => (typeof name === 'string' ? (readUpload(posted[name]) ?? []) : []));
  const run = parts.runs.launch(
    flow,
    inputs,
    uploads.slice(-1).flatMap((upload) => parts.uploads.collect(upload)), // Kodosumi forgets those of all other fields
  );
  parts.log(`launched ${run.fid} of ${flow.url}`);
  if (losesAnswer(parts.faults, response)) return;
  response.json({ result: run.fid, elements: flow.elements });
}
