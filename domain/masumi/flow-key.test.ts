import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envName, flowKey, flowKeys, settingFor } from './flow-key.ts';

const flow = (url: string, uid = 'abcdef0123456789') => ({ uid, url });
const uid = fc.stringMatching(/^[0-9a-f]{32}$/);

describe('the key of a flow', () => {
  it.each([
    ['/-/localhost/8001/hymn/-/', '-_localhost_8001_hymn_-_'],
    ['/a b', 'a~20b'],
    ["/it's~(x)*!", 'it~27s~7E~28x~29~2A~21'],
    ['/é/😀', '~C3~A9_~F0~9F~98~80'],
    ['//a', '_a'],
    ['/', '_'],
    ['', '_'],
    [`/${'x'.repeat(300)}`, 'x'.repeat(250)],
  ])('of %s is %s', (url, key) => {
    expect(flowKey(url)).toBe(key);
  });

  it('fits a URL whatever the flow is called, also when flows share it', () => {
    const urls = fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 300 }), uid), { maxLength: 6 });
    fc.assert(
      fc.property(urls, (flows) => {
        const keyed = flowKeys(flows.map(([url, id]) => flow(url, id)));
        for (const key of keyed.keys()) expect(key).toMatch(/^[A-Za-z0-9_.~-]{1,250}$/);
        expect(keyed.size).toBe(new Set(flows.map(([url]) => url)).size);
      }),
    );
  });
});

describe('keys of all flows', () => {
  it('of flows that share a key are told apart by their uid, and the bare key is dropped', () => {
    const [slash, line, other] = [flow('/a/b', '11111111aa'), flow('/a_b', '22222222bb'), flow('/c')];
    expect([...flowKeys([slash, other, line])]).toEqual([
      ['c', other],
      ['a_b~11111111', slash],
      ['a_b~22222222', line],
    ]);
  });

  it('take more of the uid when eight characters are taken', () => {
    const twins = flowKeys([flow('/a/b', 'aaaaaaaa1'), flow('/a_b', 'aaaaaaaa2')]);
    expect([...twins.keys()]).toEqual(['a_b~aaaaaaaa', 'a_b~aaaaaaaa2']);
    const lookalike = flowKeys([flow('/a/b', '20abcdef99'), flow('/a_b', '33333333'), flow('/a_b abcdef')]);
    expect([...lookalike.keys()]).toEqual(['a_b~20abcdef', 'a_b~20abcdef9', 'a_b~33333333']);
  });

  it('that are shared and long are cut so that the uid fits, and a repeated url counts once', () => {
    const long = 'x'.repeat(260);
    const keys = [...flowKeys([flow(`/${long}1`, '11111111'), flow(`/${long}2`, '22222222')]).keys()];
    expect(keys).toEqual([`${'x'.repeat(241)}~11111111`, `${'x'.repeat(241)}~22222222`]);
    expect([...flowKeys([flow('/a', 'first'), flow('/a', 'second')]).values()]).toEqual([
      flow('/a', 'first'),
    ]);
  });
});

describe('settings of a flow', () => {
  const keys = ['a-b', 'a.b', 'c_d', 'e-f'];
  const find = (key: string, settings: Record<string, string>) =>
    settingFor('AGENT_IDENTIFIER', key, keys, settings);

  it('have names that a shell can set', () => {
    expect(envName('-_localhost_8001_hy~20mn.x_-_')).toBe('__localhost_8001_hy_20mn_x___');
  });

  it('are found by the exact key and by the name a shell can set', () => {
    expect(find('c_d', { AGENT_IDENTIFIER_c_d: ' 1 ' })).toEqual({
      kind: 'set',
      name: 'AGENT_IDENTIFIER_c_d',
      value: '1',
    });
    expect(find('e-f', { AGENT_IDENTIFIER_e_f: '1' })).toMatchObject({ kind: 'set', value: '1' });
    expect(find('e-f', { AGENT_IDENTIFIER_e_f: '1', 'AGENT_IDENTIFIER_e-f': '2' })).toMatchObject({
      value: '2',
    });
    expect(find('e-f', { AGENT_IDENTIFIER_e_f: ' ', PRICE_e_f: '1' })).toEqual({ kind: 'unset' });
    expect(settingFor('PRICE', 'new', keys, { PRICE_new: '5 lovelace' })).toMatchObject({
      value: '5 lovelace',
    });
  });

  it('are refused when a name fits two flows, until the exact key settles it', () => {
    const refused = find('a-b', { AGENT_IDENTIFIER_a_b: '1' });
    expect(refused).toMatchObject({ kind: 'ambiguous', name: 'AGENT_IDENTIFIER_a_b', keys: ['a-b', 'a.b'] });
    expect(refused.kind === 'ambiguous' && refused.detail).toContain('(a-b, a.b)');
    const settled = { AGENT_IDENTIFIER_a_b: '1', 'AGENT_IDENTIFIER_a.b': '2' };
    expect(find('a-b', settled)).toMatchObject({ kind: 'set', value: '1' });
    expect(find('a.b', settled)).toMatchObject({ kind: 'set', value: '2' });
  });

  it('do not include what objects inherit', () => {
    expect(settingFor('PRICE', 'x', [], Object.create({ PRICE_x: '1' }))).toEqual({ kind: 'unset' });
  });
});
