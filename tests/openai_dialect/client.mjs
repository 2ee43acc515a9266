// What OpenAI's client for JavaScript makes here; the last line is JSON for the test.
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ apiKey: process.env.API_KEY, baseURL: `${process.env.HOST}/openai/v1` });

const finished = async (video) => {
  while (["queued", "in_progress"].includes(video.status)) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    video = await client.videos.retrieve(video.id);
  }
  return video;
};

const models = [];
for await (const model of client.models.list()) models.push(model.id);

const answer = await client.images.generate({ prompt: "a fox" });
const events = [];
const stream = await client.images.generate({ prompt: "a hill", stream: true });
for await (const event of stream) events.push(event.type);

const made = await finished(
  await client.videos.create({ prompt: "waves", seconds: "4", camera: { zoom: 4 } }),
);
const content = await client.videos.downloadContent(made.id);
const bytes = Buffer.from(await content.arrayBuffer());
const longer = await finished(
  await client.videos.extend({ prompt: "on", seconds: "4", video: { id: made.id } }),
);
const photo = await toFile(Buffer.from(process.env.PHOTO, "base64"), "a.png");
const moved = await client.videos.create({ prompt: "it turns", input_reference: photo });
const listed = [];
for await (const video of client.videos.list({ limit: 2 })) listed.push(video.id);
const refused = await client.videos.create({ prompt: "waves", seconds: "12" }).catch((e) => e);
const gone = await client.videos.delete(moved.id);

console.log(
  JSON.stringify({
    models,
    picture: answer.data[0].b64_json.slice(0, 8),
    charged: answer.charged_points,
    events,
    status: made.status,
    box: bytes.subarray(4, 8).toString(),
    longer: longer.seconds,
    listed: listed.length,
    refused: [refused.status, refused.param, refused.requestID?.length > 0],
    deleted: gone.deleted,
  }),
);
