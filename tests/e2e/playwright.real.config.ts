import { defineConfig } from '@playwright/test'
import base from './playwright.config.ts'

/** All prompts on all rooms: half an hour and more. */
export default defineConfig(base, { testMatch: 'real/*.test.ts', timeout: 3_600_000 })
