import { Connection } from '@temporalio/client';
import { composeApi } from '../../processes/compose-api.ts';
import { startApi } from '../../api/server.ts';
import { loadConfig } from '../../families/config.ts';
import { createLog } from '../../config/logging.ts';
import { temporalOptions } from '../../config/temporal-connection.ts';

/** An API process. Its parent sends it a point, and the next request that comes there stops the whole process. */
const config = loadConfig();
const log = createLog(config.LOG_LEVEL, 'api');
const connection = await Connection.connect(temporalOptions(config));
const { deps } = await composeApi({ config, connection, log, version: 'test' });

let armed: string | undefined;
process.on('message', (point: string) => (armed = point));
process.on('disconnect', () => process.exit());

const { url } = await startApi(
  {
    ...deps,
    async checkpoint(point) {
      if (point !== armed) return;
      armed = undefined;
      await new Promise((sent) => process.send!({ stopping: point }, sent));
      process.kill(process.pid, 'SIGSTOP');
    },
  },
  { host: '127.0.0.1', port: 0 },
);
process.send!({ url });
