import 'reflect-metadata';
import { runApp, serviceApp } from '@agent-chat/runtime';
import { ChatModule } from './chat.module';

void runApp(serviceApp('chat', ChatModule));
