import { hymn } from '../stand-ins/kodosumi/flows/hymn.ts';
import { startKodosumiStandIn } from '../stand-ins/kodosumi/stand-in.ts';
import { startMasumiStandIn } from '../stand-ins/payment-service/server.ts';
import { serve } from './harness/host.ts';

/** Both sides of jobs that are paid in advance, in a process of their own: where money waits, and where work is done. */
export interface JobsInfo {
  kodosumiUrl: string;
  kodosumiPassword: string;
  paymentServiceUrl: string;
  paymentApiKey: string;
}

const SECRET = 'of the bench only'.replaceAll(' ', '-');
const kodosumi = await startKodosumiStandIn({ port: 0, password: SECRET, flows: [hymn] });
const payments = await startMasumiStandIn({ port: 0, apiKey: SECRET, network: 'Preprod', blockMs: 1000 });
serve(
  {
    /** Requests since the start, by method and path. */
    stats: () => Promise.resolve(payments.control.stats()),
    lockFunds: ({ identifier }: { identifier: string }) =>
      Promise.resolve(payments.control.lockFunds(identifier)),
  },
  {
    kodosumiUrl: kodosumi.url,
    kodosumiPassword: SECRET,
    paymentServiceUrl: payments.url,
    paymentApiKey: SECRET,
  } satisfies JobsInfo,
  async () => {
    await kodosumi.close();
    await payments.close();
  },
);
