import { z } from 'zod';
import type { PaymentPage } from '../../domain/masumi/ports/masumi-node.ts';
import { answerOf, ReadPayment, type MasumiNetwork } from '../../schemas/families/masumi/payment-service.ts';
import { ask } from './ask.ts';
import type { Transport } from './transport.ts';

const PAGE = 100;
const MOST_PAGES = 1000; // ends the reading of a service that always has one more page

interface Page {
  payments: ReadPayment[];
  isLast: boolean;
}

// A payment that cannot be read (a state of a newer service) must not hide the others.
const AnyList = answerOf(z.object({ Payments: z.array(z.unknown()) }));

/** One page, newest first. It starts with the row that its cursor names, which was on the page before. */
export async function readPage(
  transport: Transport,
  network: MasumiNetwork,
  page: PaymentPage,
): Promise<Page> {
  const { Payments: rows } = await ask(transport, {
    method: 'GET',
    path: '/payment',
    query: {
      network,
      limit: String(PAGE),
      cursorId: page.cursor,
      filterOnChainState: page.state,
      filterPaymentSourceType: page.sourceType,
    },
    answer: AnyList,
  });
  const payments = rows.flatMap((row) => {
    const { data } = ReadPayment.safeParse(row);
    return data === undefined || (page.cursor !== undefined && data.id === page.cursor) ? [] : [data];
  });
  return { payments, isLast: rows.length < PAGE };
}

/** All payments of one source type, newest first, read as far as they are taken. */
export async function* newestFirst(
  transport: Transport,
  network: MasumiNetwork,
  sourceType: string,
): AsyncGenerator<ReadPayment> {
  let cursor: string | undefined;
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await readPage(transport, network, { sourceType, ...(cursor !== undefined && { cursor }) });
    yield* page.payments;
    cursor = page.payments.at(-1)?.id ?? undefined;
    if (page.isLast || cursor === undefined) return;
  }
}
