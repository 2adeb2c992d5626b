// Speaks to the simulator with the providers' own clients: an image call, a stream, a refusal and
// the list of models each. Started by scripts/check-sdks.
import { readFile } from "node:fs/promises";
import process from "node:process";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";

const [, , port, picture] = process.argv;
const base = `http://127.0.0.1:${port}`;
const image = (await readFile(picture)).toString("base64");
const key = "sdk-key";
const question = "Question: What is the orientation of the image?";
const answers = new Map();
let failures = 0;

function agree(what, got, wanted) {
  const good = wanted instanceof RegExp ? wanted.test(String(got)) : got === wanted;
  if (!good) throw new Error(`${what}: ${JSON.stringify(got)} instead of ${wanted}`);
}

async function check(name, work) {
  try {
    console.log(`ok      ${name}: ${await work()}`);
  } catch (error) {
    failures++;
    console.log(`FAILED  ${name}: ${error.stack ?? error}`);
  }
}

async function refused(call, status) {
  try {
    await call();
  } catch (error) {
    agree("status", error.status, status);
    return String(error.message).replaceAll("\n", " ").slice(0, 90);
  }
  throw new Error("a wrong key was taken");
}

// The same question on the same image has the same answer, whole or in a stream, everywhere.
function same(text) {
  agree("answer", text, /^(landscape|portrait|square)$/i);
  if (!answers.has("text")) answers.set("text", text);
  agree("answer", text, answers.get("text"));
  return text;
}

const openai = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: 0 });
const openaiCall = {
  model: "simulated",
  max_completion_tokens: 100,
  messages: [
    { role: "system", content: "Be exact." },
    {
      role: "user",
      content: [
        { type: "image_url", image_url: { url: `data:image/jpeg;base64,${image}` } },
        { type: "text", text: question },
      ],
    },
  ],
};
await check("openai image", async () => {
  const reply = await openai.chat.completions.create(openaiCall);
  agree("finish", reply.choices[0].finish_reason, "stop");
  agree("tokens", reply.usage.prompt_tokens > 85, true);
  return same(reply.choices[0].message.content);
});
await check("openai stream", async () => {
  let text = "", usage, finish, chunks = 0;
  const stream = await openai.chat.completions.create({
    ...openaiCall, stream: true, stream_options: { include_usage: true },
  });
  for await (const chunk of stream) {
    chunks++;
    text += chunk.choices[0]?.delta?.content ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  agree("finish", finish, "stop");
  agree("tokens", usage.completion_tokens > 0, true);
  return `${same(text)}, ${chunks} chunks`;
});
await check("openai stream helper", async () => {
  const stream = openai.chat.completions.stream(openaiCall);
  const reply = await stream.finalChatCompletion();
  return same(reply.choices[0].message.content);
});
await check("openai structured", async () => {
  const reply = await openai.chat.completions.create({
    ...openaiCall,
    response_format: {
      type: "json_schema",
      json_schema: {
        name: "qa", strict: true,
        schema: {
          type: "object", properties: { answer: { type: "string" } }, required: ["answer"],
          additionalProperties: false,
        },
      },
    },
  });
  return same(JSON.parse(reply.choices[0].message.content).answer);
});
await check("openai models", async () => (await openai.models.list()).data[0].id);
await check("openai refusal", () => refused(
  () => new OpenAI({ apiKey: "wrong", baseURL: `${base}/v1`, maxRetries: 0 })
    .chat.completions.create(openaiCall), 401));

const anthropic = new Anthropic({ apiKey: key, baseURL: base, maxRetries: 0 });
const anthropicCall = {
  model: "simulated",
  max_tokens: 100,
  system: "Be exact.",
  messages: [{
    role: "user",
    content: [
      { type: "image", source: { type: "base64", media_type: "image/jpeg", data: image },
        cache_control: { type: "ephemeral" } },
      { type: "text", text: question },
    ],
  }],
};
await check("anthropic image", async () => {
  const reply = await anthropic.messages.create(anthropicCall);
  agree("stop", reply.stop_reason, "end_turn");
  agree("stored", reply.usage.cache_creation_input_tokens > 85, true);
  return same(reply.content.find((block) => block.type === "text").text);
});
await check("anthropic stream", async () => {
  let events = 0;
  const stream = anthropic.messages.stream(anthropicCall);
  stream.on("streamEvent", () => events++);
  const reply = await stream.finalMessage();
  agree("stop", reply.stop_reason, "end_turn");
  agree("cached", reply.usage.cache_read_input_tokens > 85, true);
  return `${same(reply.content.find((block) => block.type === "text").text)}, ${events} events`;
});
await check("anthropic models", async () => (await anthropic.models.list()).data[0].id);
await check("anthropic refusal", () => refused(
  () => new Anthropic({ apiKey: "wrong", baseURL: base, maxRetries: 0 })
    .messages.create(anthropicCall), 401));

const gemini = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: base } });
const geminiCall = {
  model: "simulated",
  contents: [{
    role: "user",
    parts: [{ inlineData: { mimeType: "image/jpeg", data: image } }, { text: question }],
  }],
  config: { systemInstruction: "Be exact.", maxOutputTokens: 100, temperature: 0 },
};
await check("gemini image", async () => {
  const reply = await gemini.models.generateContent(geminiCall);
  agree("finish", reply.candidates[0].finishReason, "STOP");
  agree("tokens", reply.usageMetadata.promptTokenCount > 85, true);
  return same(reply.text);
});
await check("gemini stream", async () => {
  let text = "", chunks = 0, finish;
  for await (const chunk of await gemini.models.generateContentStream(geminiCall)) {
    chunks++;
    text += chunk.text ?? "";
    finish = chunk.candidates?.[0]?.finishReason ?? finish;
  }
  agree("finish", finish, "STOP");
  return `${same(text)}, ${chunks} chunks`;
});
await check("gemini models", async () => (await gemini.models.list()).page[0].name);
await check("gemini refusal", () => refused(
  () => new GoogleGenAI({ apiKey: "wrong", httpOptions: { baseUrl: base } })
    .models.generateContent(geminiCall), 400));

process.exit(failures > 0 ? 1 : 0);
