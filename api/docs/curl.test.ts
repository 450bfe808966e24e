import { expect, it } from 'vitest';
import { z } from 'zod';
import { buildDocument } from '../openapi.ts';
import { defineRoute, type Route } from '../route.ts';
import { withCurl } from './curl.ts';

type Facts = Partial<Pick<Route, 'method' | 'scope' | 'body' | 'query' | 'responses'>>;

/** The line that the document of one route has. */
function lineOf(path: string, facts: Facts): unknown {
  const {
    method = 'get',
    scope = null,
    body,
    query,
    responses = { 204: { description: '', schema: z.undefined() } },
  } = facts;
  const handler = () => Promise.reject(new Error('not asked'));
  const route = defineRoute({
    method,
    path,
    scope,
    responses,
    summary: '',
    tags: [],
    handler,
    ...(body && { body }),
    ...(query && { query }),
  });
  const { paths } = withCurl(buildDocument('1', [], [{ route, family: undefined }]));
  const operation = paths![path.replace(/:(\w+)/g, '{$1}')]![method] as Record<string, unknown>;
  const [sample] = operation['x-codeSamples'] as [{ source: string }];
  return sample.source;
}

it('names what the caller fills in as variables', () => {
  expect(lineOf('/users/:userId/jobs/:job_id', { scope: 'read' })).toBe(
    'curl -s "$STEWARD_URL/users/$USER_ID/jobs/$JOB_ID" -H "authorization: Bearer $STEWARD_KEY"',
  );
});

it('sends no key where none is needed', () => {
  expect(lineOf('/livez', {})).toBe('curl -s "$STEWARD_URL/livez"');
});

it('sends the smallest body: examples first, without what is optional', () => {
  const body = z.object({
    name: z.string().meta({ examples: ["it's"] }),
    kind: z.enum(['a', 'b']),
    at: z.iso.datetime(),
    count: z.int().min(3),
    sure: z.boolean(),
    items: z.array(z.object({ id: z.string() })).min(1),
    either: z.union([z.literal('x'), z.number()]),
    fixed: z.literal(7),
    note: z.string().optional(),
  });
  expect(lineOf('/things', { method: 'post', body })).toBe(
    String.raw`curl -s -X POST "$STEWARD_URL/things" -H 'content-type: application/json' -d '{"name":"it'\''s","kind":"a","at":"2030-01-01T00:00:00Z","count":3,"sure":true,"items":[{"id":"text"}],"either":"x","fixed":7}'`,
  );
});

it('says only the part of the query that must be said', () => {
  const query = z.object({ job: z.string().meta({ example: 'a b' }), limit: z.int().optional() });
  expect(lineOf('/jobs', { query })).toBe('curl -s "$STEWARD_URL/jobs?job=a+b"');
});

it('stays open for a stream', () => {
  const responses = { 200: { description: '', schema: z.string(), type: 'text/event-stream' } };
  expect(lineOf('/events', { responses })).toBe(
    `curl -sN -H 'accept: text/event-stream' "$STEWARD_URL/events"`,
  );
});

it('knows schemas that refer to others, and parts that are merged', () => {
  const Shared = z.object({ id: z.string() }).meta({ id: 'Shared' });
  const body = z.object({ one: Shared, both: z.intersection(Shared, z.object({ extra: z.boolean() })) });
  expect(lineOf('/things', { method: 'put', body })).toContain(
    `-d '{"one":{"id":"text"},"both":{"id":"text","extra":true}}'`,
  );
});
