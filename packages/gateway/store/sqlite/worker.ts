import { parentPort, workerData } from 'node:worker_threads'
import { serve } from './serve.ts'

if (parentPort === null) throw new Error('this file runs as a thread of the gateway')
await serve(parentPort, String(workerData))
