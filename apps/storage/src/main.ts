import 'reflect-metadata';
import { runApp, serviceApp } from '@agent-chat/runtime';
import { StorageModule } from './storage.module';

void runApp(serviceApp('storage', StorageModule));
