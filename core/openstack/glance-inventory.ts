import { z } from "zod";
import { IronicImagesError } from "../errors.ts";
import { answered, refusal } from "./answer.ts";
import { authorizedExchange } from "./authorized.ts";
import { imagePath, imageSchema, type GlanceImage } from "./glance.ts";
import { serviceMessage, type Session } from "./keystone.ts";

const pageSchema = z.object({ images: z.array(imageSchema), next: z.string().optional() });

/**
 * Lists images and deletes them. Deleting is for images that are not in Pulumi's state: those that `npm run prune` removes, and
 * what a failed upload has left (`leftovers.ts`). Every other image is created and deleted by `openstack.images.Image`.
 */
export interface GlanceInventory {
  /**
   * Every image that the credentials may see, whosever it is: of all visibilities, hidden ones too.
   *
   * @param filter fields and properties that Glance shall compare, maybe without regard to case
   * @throws IronicImagesError `glance-refused`, `cloud-unreachable`
   */
  list(filter?: Readonly<Record<string, string>>): Promise<GlanceImage[]>;
  /**
   * `gone` if Glance knows no such image.
   * @throws IronicImagesError `glance-refused` (403: protected or forbidden, 409: in use), `cloud-unreachable`
   */
  delete(id: string): Promise<"deleted" | "gone">;
}

/** @param pageSize images in one answer; Glance's `api_limit_max` may make it less */
export function glanceInventory(session: Session, pageSize = 1000): GlanceInventory {
  const exchange = authorizedExchange(session);

  async function page(isHidden: boolean, marker: string | undefined, filter: Readonly<Record<string, string>>) {
    const path = listPath(isHidden, marker, pageSize, filter);
    const response = await exchange({ method: "GET", url: `${session.imageEndpoint}${path}` });
    return answered({ service: "Glance", method: "GET", path }, response, pageSchema, "list of images");
  }

  return {
    async list(filter = {}) {
      const found = new Map<string, GlanceImage>();
      for (const isHidden of [false, true]) {
        let marker: string | undefined;
        do {
          const { images, next } = await page(isHidden, marker, filter);
          const last = images.at(-1)?.id;
          if (next !== undefined && (last === undefined || found.has(last)))
            throw new IronicImagesError("glance-refused", `Glance: the list of images does not go on after ${marker}`);
          for (const image of images) found.set(image.id, image);
          marker = next === undefined ? undefined : last;
        } while (marker !== undefined);
      }
      return [...found.values()];
    },
    async delete(id) {
      const asked = { service: "Glance", method: "DELETE", path: imagePath(id) } as const;
      const { status, body } = await exchange({ method: "DELETE", url: `${session.imageEndpoint}${asked.path}` });
      if (status === 204) return "deleted";
      if (status === 404) return "gone";
      throw refusal(asked, `${status} ${serviceMessage(body)}`);
    },
  };
}

/**
 * One page. `visibility=all` because the default leaves community images out, a list of their own for hidden ones because
 * Glance shows either these or those, and an order in which no image that is made meanwhile shifts the pages.
 */
export function listPath(
  isHidden: boolean,
  marker: string | undefined,
  limit: number,
  filter: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({
    ...filter,
    visibility: "all",
    member_status: "all",
    os_hidden: String(isHidden),
    sort: "created_at:asc,id:asc",
    limit: String(limit),
    ...(marker === undefined ? {} : { marker }),
  });
  return `/v2/images?${query}`;
}
