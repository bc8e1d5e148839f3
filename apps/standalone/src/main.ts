import 'reflect-metadata';
import { runApp } from '@agent-chat/runtime';
import { StandaloneModule } from './standalone.module';

void runApp({
  module: StandaloneModule,
  onReady: (url) => {
    process.stdout.write(`\n  Agent Chat is ready: ${url}\n  Stop it with Ctrl-C.\n\n`);
  },
});
