import { Module } from '@nestjs/common';
import { MaintenanceJob } from './application/maintain/maintenance.job';
import { EventMonths } from './infrastructure/maintain/event-months';
import { KeyExpiry } from './infrastructure/maintain/key-expiry';

/** What keeps chat's tables in shape. */
@Module({ providers: [EventMonths, KeyExpiry, MaintenanceJob] })
export class MaintenanceModule {}
