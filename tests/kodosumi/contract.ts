import { beforeAll, describe, expect, it } from 'vitest';
import { createKodosumi } from '../../activities/kodosumi/client/kodosumi.ts';
import { readFinal } from '../../domain/masumi/kodosumi-final.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { describeRuns } from './contract-runs.ts';
import { tryOut, type Tried } from './runs.ts';
import type { KodosumiTarget } from './target.ts';

/**
 * What we expect of a Kodosumi. It holds for the stand-in and for the real one; where they differ, the stand-in is
 * wrong.
 */
export function describeKodosumi(target: () => KodosumiTarget): void {
  let tried: Tried;
  beforeAll(() => {
    tried = tryOut(target());
  });
  describeAccess(target);
  describeFlows(() => tried);
  describeResults(() => tried);
  describeRuns(() => tried);
}

function describeAccess(target: () => KodosumiTarget): void {
  describe('access', () => {
    it('is healthy with the right credentials', async () => {
      expect(await createKodosumi(target()).isHealthy()).toBe(true);
    });

    it('is unhealthy with wrong credentials, and says so', async () => {
      const stranger = createKodosumi({ ...target(), password: 'wrong' });
      expect(await stranger.isHealthy()).toBe(false);
      await expect(stranger.flows()).rejects.toMatchObject({
        name: 'KodosumiError',
        status: 401,
        unknown: false,
      });
    });

    it('is unhealthy when nobody listens', async () => {
      const nowhere = createKodosumi({ ...target(), url: 'http://127.0.0.1:1' });
      expect(await nowhere.isHealthy()).toBe(false);
      await expect(nowhere.launch('/-/a/1/-/', {})).rejects.toMatchObject({
        status: undefined,
        unknown: false,
      });
    });
  });
}

function describeFlows(tried: () => Tried): void {
  describe('flows', () => {
    it('are listed beyond one page, once each', async () => {
      const flows = await tried().kodosumi.flows();
      expect(flows.filter(({ summary }) => summary?.startsWith('Filler'))).toHaveLength(110);
      expect(new Set(flows.map(({ url }) => url)).size).toBe(flows.length);
      expect(flows.find(({ summary }) => summary === 'Hymn')).toMatchObject({
        url: expect.stringMatching(/^\/-\/.+\/-\//) as string,
        description: 'Writes a short hymn about a topic.',
        author: 'steward@example.com',
        organization: 'Steward',
        tags: ['sample', 'text'],
      });
    });

    it.each(testFlows)('have the form that $summary has at the stand-in', async ({ summary, elements }) => {
      const { kodosumi, urlOf } = tried();
      expect((await kodosumi.schema(await urlOf(summary)))?.elements).toEqual(elements);
    });

    it('are shown with their forms', async () => {
      const { kodosumi, urlOf } = tried();
      const schema = await kodosumi.schema(await urlOf('Hymn'));
      expect(schema).toMatchObject({ summary: 'Hymn', extra: { 'x-version': '1.0.1' } });
      expect(schema?.elements.find(({ name }) => name === 'topic')).toEqual({
        type: 'text',
        name: 'topic',
        label: 'Topic',
        value: null,
        required: true,
        placeholder: 'durable work',
        size: null,
        pattern: null,
      });
    });

    it('are undefined when they do not exist, and cannot be launched', async () => {
      const { kodosumi } = tried();
      expect(await kodosumi.schema('/-/localhost/1/nothing/-/')).toBeUndefined();
      await expect(kodosumi.launch('/-/localhost/1/nothing/-/', {})).rejects.toMatchObject({
        status: 404,
        unknown: false,
      });
    });

    it('may have every kind of element', async () => {
      const { kodosumi, urlOf, finish } = tried();
      const schema = await kodosumi.schema(await urlOf('Every element'));
      expect(schema?.elements.map(({ type }) => type).join(' ')).toBe(
        'markdown html errors text number password textarea date time datetime-local boolean select file hr break action submit cancel',
      );
      const posted = {
        text: 'abc',
        number: 3,
        password: 'secret',
        textarea: 'a\nb',
        date: '2026-01-31',
        time: '09:30',
        datetime: '2026-01-31T09:30',
        boolean: 'on',
        select: 'a',
        action: 'go',
      };
      const { final } = await finish('Every element', posted);
      expect(readFinal(final).final).toEqual({
        dict: { ...posted, boolean: true, files: null, _global_: null },
      });
    });

    it('refuse a launch with errors by field', async () => {
      const { kodosumi, urlOf } = tried();
      expect(await kodosumi.launch(await urlOf('Picky'), { word: 'x' })).toEqual({
        kind: 'rejected',
        errors: { word: ['not this one'], _global_: ['nothing is good enough'] },
      });
      expect(await kodosumi.launch(await urlOf('Hymn'), {})).toEqual({
        kind: 'rejected',
        errors: { topic: ['Please give a topic.'] },
      });
    });
  });
}

function describeResults(tried: () => Tried): void {
  describe('results', () => {
    it.each([
      ['markdown', 'Markdown', '# Done\n\n*well*'],
      ['html', 'HTML', '<p>done</p>'],
      ['text', 'Text', 'done'],
      ['crew', 'CrewOutput', 'the crew is done'],
      ['str', 'str', 'done'],
      ['int', 'int', '42'],
      ['float', 'float', '1.5'],
      ['bool', 'bool', 'true'],
      ['none', 'TypeError', 'None'],
      ['dict', 'dict', '{"b":[1,"two"],"a":null}'],
      ['list', '__list__', '[{"int":1},{"str":"two"},{"dict":{"three":3}}]'],
      ['empty', 'Markdown', '{"Markdown":{"body":""}}'],
    ])('of the class %s are read', async (kind, name, output) => {
      const { final } = await tried().finish('Results', { kind });
      expect(readFinal(final)).toMatchObject({ kind: name, output });
    });
  });
}
