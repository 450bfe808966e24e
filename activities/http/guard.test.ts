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

  it('knows public addresses from others', () => {
    expect(['8.8.8.8', '2001:4860:4860::8888'].map(isPublic)).toEqual([true, true]);
    expect(
      ['10.1.2.3', '172.16.0.1', '224.0.0.1', '255.255.255.255', '192.0.2.1', '::', 'ff02::1', 'x'].map(
        isPublic,
      ),
    ).toEqual(Array(8).fill(false));
  });
});
