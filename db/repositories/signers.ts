import type { Queryable } from '../ledger.ts';

/** An account that signs numbered transactions on one network (CAIP-2). */
export interface Signer {
  network: string;
  address: string;
}

/**
 * Reserves the next `count` numbers of an account; answers the first. The row stays locked until the caller's
 * transaction ends, so the next caller waits and gets the number after, from however many processes. `used` is what the
 * chain has counted: an account that others have used as well goes on from there.
 * Called in the transaction that stores the bytes signed with the number. What a crash leaves behind:
 * - before this: nothing was taken.
 * - after this, or after signing: the transaction is rolled back; the number goes to the next caller, the bytes are
 *   gone.
 * - after the commit: number and bytes are stored together. Every number has bytes that can use it, so none is ever
 *   missing on the chain: a payment that is given up has its number spent on a transfer of nothing to itself.
 */
export async function takeNumbers(
  client: Queryable,
  { network, address }: Signer,
  count: number,
  used: number,
): Promise<number> {
  const { rows } = await client.query<{ first: string }>({
    name: 'signer_take',
    text: `insert into signer as s (network, address, next) values ($1, $2, $3::bigint + $4)
           on conflict (network, address) do update set next = greatest(s.next, $3) + $4
           returning next - $4 as first`,
    values: [network, address, used, count],
  });
  return Number(rows[0]!.first);
}
