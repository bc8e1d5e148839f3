import 'reflect-metadata';
import { runApp, serviceApp } from '@agent-chat/runtime';
import { PresenceModule } from './presence.module';

void runApp(serviceApp('presence', PresenceModule));
