import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../families/config.ts';
import { createGuards, type Guards } from './guards.ts';

const PUBLIC = 'https://public.example/x';
const REGISTRY = 'http://127.0.0.1:4100/services';
const FACILITATOR = 'http://[::1]:4200/supported';
const SELLER = 'http://127.0.0.1:4300/quote';
const PURCHASER = 'http://127.0.0.1:4400/scan.pdf';
const OWN = 'http://127.0.0.1:8000/livez';
const PAYMENTS = 'http://127.0.0.1:3001/api/v1/health';

const guards = createGuards(
  loadConfig({
    REGISTRY_URL: 'http://127.0.0.1:4100',
    FACILITATOR_URL: 'http://[::1]:4200/',
    SERVICE_HOSTS: '127.0.0.1:4300',
    FILE_HOSTS: '127.0.0.1:4400',
    PAYMENT_SERVICE_URL: 'http://127.0.0.1:3001',
  }),
  async () => ['93.184.216.34'],
);

const MAY_NAME: { readonly [purpose in keyof Guards]: string[] } = {
  catalogue: [PUBLIC, REGISTRY, FACILITATOR],
  sellers: [PUBLIC, SELLER],
  files: [PUBLIC, PURCHASER],
};

describe('one guard for each purpose', () => {
  it.each(Object.entries(MAY_NAME))(
    '%s may name its own and public addresses, and no other’s',
    async (purpose, own) => {
      const guard = guards[purpose as keyof Guards];
      const all = [PUBLIC, REGISTRY, FACILITATOR, SELLER, PURCHASER, OWN, PAYMENTS];
      const fine = await Promise.all(
        all.map((url) =>
          guard.check(url).then(
            () => [url],
            () => [],
          ),
        ),
      );
      expect(fine.flat()).toEqual(own);
      expect(all.filter((url) => guard.isFineAsWritten(url))).toEqual(own);
    },
  );

  it('opens nothing private to purchasers unless the operator says so', async () => {
    const { files } = createGuards(loadConfig({ SERVICE_HOSTS: '127.0.0.1,localhost,seller.internal' }));
    for (const url of [SELLER, OWN, 'https://localhost/', 'http://seller.internal/'])
      await expect(files.check(url)).rejects.toThrow('FILE_HOSTS');
  });

  it('means the port that an address has, or the usual one of its scheme', async () => {
    const { catalogue } = createGuards(loadConfig({ REGISTRY_URL: 'http://10.0.0.1/reg' }));
    expect(catalogue.isFineAsWritten('http://10.0.0.1:80/services')).toBe(true);
    expect(catalogue.isFineAsWritten('http://10.0.0.1:8000/services')).toBe(false);
    expect(catalogue.isFineAsWritten('https://10.0.0.1/services')).toBe(false);
  });
});
