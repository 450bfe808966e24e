import { describe, expect, it } from 'vitest';
import { createUrlGuard, isPublic } from './guard.ts';

const names: Record<string, string[]> = {
  'public.example': ['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'],
  'inside.example': ['10.0.0.5'],
  'mixed.example': ['93.184.216.34', '127.0.0.1'],
  'nothing.example': [],
};
const neverAsked = () => Promise.reject(new Error('Nobody asks for addresses here.'));
const guard = createUrlGuard({
  allowHosts: ['localhost:8001', 'seller.internal', '[::1]:9'],
  resolve: (name) => Promise.resolve(names[name] ?? []),
});

const PRIVATE: [address: string, what: string][] = [
  ['0.0.0.0', 'this host'],
  ['10.1.2.3', 'private'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['100.127.255.254', 'carrier-grade NAT'],
  ['127.255.255.254', 'loopback'],
  ['169.254.169.254', 'metadata'],
  ['172.16.0.1', 'private'],
  ['192.0.0.8', 'protocol assignments'],
  ['192.0.2.1', 'documentation'],
  ['192.168.0.1', 'private'],
  ['198.18.0.1', 'benchmarking'],
  ['198.19.255.255', 'benchmarking'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::127.0.0.1', 'IPv4-compatible'],
  ['::7f00:1', 'IPv4-compatible'],
  ['::a00:1', 'IPv4-compatible'],
  ['::8.8.8.8', 'IPv4-compatible'],
  ['::ffff:127.0.0.1', 'IPv4-mapped'],
  ['::ffff:7f00:1', 'IPv4-mapped'],
  ['::FFFF:8.8.8.8', 'IPv4-mapped'],
  ['::ffff:0:127.0.0.1', 'IPv4-translated'],
  ['::5efe:127.0.0.1', 'ISATAP'],
  ['fe80::5efe:10.0.0.1', 'ISATAP'],
  ['2001:4860::5efe:10.0.0.1', 'ISATAP'],
  ['2001:4860::200:5efe:a00:1', 'ISATAP'],
  ['64:ff9b::127.0.0.1', 'NAT64'],
  ['64:ff9b::808:808', 'NAT64'],
  ['64:ff9b:1::10.0.0.1', 'local NAT64'],
  ['2002:7f00:1::', '6to4'],
  ['2002:808:808::1', '6to4'],
  ['2001:0:4136:e378:8000:63bf:80ff:fffe', 'Teredo'],
  ['2001:db8::1', 'documentation'],
  ['3fff::1', 'documentation'],
  ['2001:2::1', 'benchmarking'],
  ['2001:20::1', 'ORCHID'],
  ['100::1', 'discard'],
  ['5f00::1', 'segment routing'],
  ['4000::1', 'not given out'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'metadata'],
  ['fe80::1', 'link-local'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
];

const SPELLINGS = [
  '127.1',
  '127.0.1',
  '127.0.0.1.',
  '2130706433',
  '0x7f000001',
  '0x7F.0.0.1',
  '0177.0.0.1',
  '017700000001',
  '①②⑦.0.0.1',
  '127。0。0。1',
  '127．0．0．1',
  '127｡0｡0｡1',
  '%31%32%37.0.0.1',
  '[0:0:0:0:0:0:0:1]',
  '[0:0:0:0:0:0:127.0.0.1]',
  '[::FFFF:7F00:0001]',
  '[::1%25lo]',
  'LocalHost',
  'localhost.',
  'a.LOCALHOST',
];

describe('the URL guard', () => {
  it.each([
    'https://public.example/x?y=1',
    'https://93.184.216.34',
    'http://localhost:8001/a',
    'http://seller.internal',
    'https://seller.internal:1234/',
    'http://[::1]:9/',
  ])('lets %s pass', async (url) => {
    expect((await guard.check(url)).href).toBe(new URL(url).href);
  });

  it.each([
    'http://public.example/',
    'http://localhost:8002/',
    'https://inside.example/',
    'https://mixed.example/',
    'https://nothing.example/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0.0.0.0/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[fd00:ec2::254]/',
    'https://[fe80::1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[2002:a00:1::]/',
    'https://100.64.0.1/',
    'https://192.168.1.1/',
    'https://user:secret@public.example/',
    'https://localhost:8001@inside.example/',
    'ftp://public.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'not a url',
    '',
  ])('refuses %s', async (url) => {
    await expect(guard.check(url)).rejects.toMatchObject({ code: 'url_refused' });
  });

  const blind = createUrlGuard({ allowHosts: ['127.0.0.1:8443', 'localhost'], resolve: neverAsked });

  it.each([
    'https://public.example/x?y=1',
    'https://inside.example/',
    'https://93.184.216.34',
    'https://[2606:2800:220:1::1]/',
    'https://localhost.example/',
    'https://127.0.0.1:8443/listed',
    'https://localhost/listed',
  ])('has nothing to say against %s as it is written', (url) => {
    expect(blind.isFineAsWritten(url)).toBe(true);
  });

  it.each([
    'https://127.0.0.1/',
    'https://127.0.0.1./',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://①②⑦.0.0.1/',
    'https://0.1.2.3/',
    'https://10.0.0.1/',
    'https://172.31.255.255/',
    'https://192.168.0.1/',
    'https://169.254.169.254/',
    'https://100.127.0.1/',
    'https://224.0.0.1/',
    'https://[::]/',
    'https://[::1]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'http://public.example/',
    'https://user@public.example/',
    'https://public.example:99999/',
    'x',
  ])('refuses %s as it is written, without asking for addresses', async (url) => {
    expect(blind.isFineAsWritten(url)).toBe(false);
    await expect(blind.check(url)).rejects.toMatchObject({ code: 'url_refused' });
  });

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '2001:4860:4860::8888',
    '2606:2800:220:1:248:1893:25c8:1946',
    '2a00:1450::5efe',
  ])('knows that %s is public', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it.each(PRIVATE)('knows that %s (%s) is not public, however it is reached', async (address) => {
    expect(isPublic(address)).toBe(false);
    const url = `https://${address.includes(':') ? `[${address}]` : address}/`;
    expect(guard.isFineAsWritten(url)).toBe(false);
    await expect(guard.check(url)).rejects.toMatchObject({ code: 'url_refused' });
    const named = createUrlGuard({ allowHosts: [], resolve: () => Promise.resolve(['8.8.8.8', address]) });
    await expect(named.check('https://public.example/')).rejects.toMatchObject({ code: 'url_refused' });
    expect(named.permits(new URL('https://public.example/'), address)).toBe(false);
  });

  it.each(SPELLINGS)('knows 127.0.0.1 when it is written as %s', async (host) => {
    expect(guard.isFineAsWritten(`https://${host}/`)).toBe(false);
    await expect(guard.check(`https://${host}/`)).rejects.toMatchObject({ code: 'url_refused' });
    expect(isPublic(host)).toBe(false);
  });

  it.each([
    'x',
    '',
    '8.8',
    '0x8080808',
    '134744072',
    '8.8.8.8.',
    '8.8.8.8%eth0',
    '2001:4860:4860::8888%eth0',
    '[2001:4860:4860::8888]',
  ])('does not take "%s" for the address of a socket', (text) => {
    expect(isPublic(text)).toBe(false);
  });

  it('opens one port where a port is listed, and the host as it is written', async () => {
    const one = createUrlGuard({
      allowHosts: ['Files.Internal:8443', '[::1]:9'],
      resolve: async () => ['10.0.0.1'],
    });
    expect((await one.check('http://files.internal:8443/')).port).toBe('8443');
    for (const url of [
      'https://files.internal/',
      'http://files.internal:8444/',
      'https://files.internal.:8443/',
      'https://other.files.internal:8443/',
      'http://[::1]:10/',
      'http://[::127.0.0.1]:9/',
    ])
      await expect(one.check(url), url).rejects.toMatchObject({ code: 'url_refused' });
  });

  it('names the setting that lists hosts for this purpose', async () => {
    const other = createUrlGuard({ allowHosts: [], setting: 'FILE_HOSTS', resolve: neverAsked });
    await expect(other.check('http://10.0.0.1/')).rejects.toThrow('http needs its host in FILE_HOSTS');
    await expect(other.check('https://10.0.0.1/')).rejects.toThrow('list its host in FILE_HOSTS');
  });
});
