/**
 * Preloaded into the processes of `npm run dev`. When the parent is gone, however it ended, they stop as on SIGTERM.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Without this the listener would keep the process from ending.
process.channel?.unref();
