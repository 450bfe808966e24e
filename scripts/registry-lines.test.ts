import { expect, test } from 'vitest';
import { registryLines } from './registry-lines.ts';

const terms = {
  unitPrice: 50_000_000_000_000_000n,
  providerAddress: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  active: true,
  metadataURI: '',
  isVerified: true,
};
const service = { ...terms, id: 'PRICE_ORACLE', url: 'http://localhost:8002', blockedAgents: [] };

test('each service is one line, which says what differs', () => {
  const dearer = { ...terms, unitPrice: 10n ** 18n, active: false };
  expect(
    registryLines([
      { service, entry: terms, differs: [] },
      { service, entry: dearer, differs: ['unitPrice', 'active'] },
      { service: { ...service, active: false }, entry: undefined, differs: ['unitPrice'] },
    ]),
  ).toEqual([
    'PRICE_ORACLE  as the file says: 0.05 MNEE to 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    'PRICE_ORACLE  differs: unitPrice 1 MNEE, in the file 0.05 MNEE; active false, in the file true',
    'PRICE_ORACLE  is not registered; the file says 0.05 MNEE to 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, not active',
  ]);
});
