import { type INestApplication } from '@nestjs/common';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { openApiDocument } from './openapi';

/** Serves the reference of the REST calls at `/api/docs`. */
export function serveDocsPage(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, () => openApiDocument() as unknown as OpenAPIObject, {
    raw: false,
    customSiteTitle: 'Agent Chat API',
    swaggerOptions: { url: undefined, persistAuthorization: false, tryItOutEnabled: true },
  });
}
