/** Preloaded into the processes of `npm run dev`: when the parent is gone, however it ended, they stop as on SIGTERM. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The listener alone would keep the process from ending.
process.channel?.unref();
