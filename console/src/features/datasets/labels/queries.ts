// The operations on a dataset's label set.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useScope } from "@/api/session";
import { useRefreshTasks } from "@/api/tasks";
import { refreshDataset, type BatchAnswer, type LabelBody } from "../queries";

const path = "/v2/{project_id}/datasets/{dataset_id}/data-annotations/labels";

/** What becomes of the samples that carry a deleted label, by the contract's numbers. */
export type DeletePolicy = 0 | 1 | 2;

/** A batch answers 200 also when its items failed: the first reason speaks for all. */
function checked(answer: BatchAnswer | undefined): BatchAnswer {
  if (answer?.success) return answer;
  const bad = answer?.results?.find(({ success }) => !success);
  const message = bad?.error_msg ?? answer?.error_msg ?? "";
  throw new ApiError({ status: 400, code: bad?.error_code ?? answer?.error_code ?? "", message, requestId: null });
}

export function useLabelChanges(datasetId: string) {
  const { projectId } = useScope();
  const client = useQueryClient();
  const refreshTasks = useRefreshTasks();
  const params = { path: { project_id: projectId, dataset_id: datasetId } };
  // Names stand in the samples too, so their lists are read again.
  const onSuccess = () => refreshDataset(client, datasetId, { samples: true });

  const create = useMutation({
    mutationFn: async (labels: LabelBody[]) => checked((await api.POST(path, { params, body: { labels } })).data),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: async (labels: LabelBody[]) => checked((await api.PUT(path, { params, body: { labels } })).data),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: async ({ name, type, policy }: { name: string; type: number; policy: DeletePolicy }) => {
      const { data } = await api.POST(`${path}/delete`, {
        params: { ...params, query: { delete_policy: policy } },
        body: { labels: [{ name, type }] },
      });
      return checked(data);
    },
    onSuccess: () => {
      refreshTasks();
      onSuccess();
    },
  });
  return { create, change, remove };
}
