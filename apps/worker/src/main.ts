import 'reflect-metadata';
import { runApp, serviceApp } from '@agent-chat/runtime';
import { WorkerModule } from './worker.module';

void runApp(serviceApp('worker', WorkerModule));
