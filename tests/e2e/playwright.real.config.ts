import { defineConfig } from '@playwright/test'
import base from './playwright.config.ts'

/** Every prompt on every room: half an hour and more. */
export default defineConfig({ ...base, testMatch: 'real/*.test.ts', testIgnore: [], workers: 1, timeout: 3_600_000 })
