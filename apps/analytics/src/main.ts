import 'reflect-metadata';
import { runApp, serviceApp } from '@agent-chat/runtime';
import { AnalyticsModule } from './analytics.module';

void runApp(serviceApp('analytics', AnalyticsModule));
