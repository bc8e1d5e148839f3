import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '../auth/access.decorators';
import { RateLimit } from '../http/rate-limit.decorator';
import { type AsyncApiDocument, asyncApiDocument } from './asyncapi';
import { type OpenApiDocument, openApiDocument } from './openapi';

const CACHE_CONTROL = 'public, max-age=300';

/** The contract for machines. */
@Public()
@RateLimit('none')
@Controller('api')
export class DocsController {
  private readonly rest = openApiDocument();
  private readonly frames = asyncApiDocument();

  @Get('openapi.json')
  @Header('Cache-Control', CACHE_CONTROL)
  openApi(): OpenApiDocument {
    return this.rest;
  }

  @Get('asyncapi.json')
  @Header('Cache-Control', CACHE_CONTROL)
  asyncApi(): AsyncApiDocument {
    return this.frames;
  }
}
