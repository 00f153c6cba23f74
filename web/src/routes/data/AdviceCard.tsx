import { useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { to } from "@/app/project";
import { sentence } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";

export const useAdvice = (project: string) =>
  useQuery({ queryKey: keys.advice(project), queryFn: () => api.advice(project) });

export const presetAddress = (project: string, preset: string): string =>
  `${to.train(project)}?preset=${encodeURIComponent(preset)}`;

/** `small_dataset_fewshot` as words. */
export const presetWords = (name: string): string => sentence(name.replaceAll("_", " "));

/** The preset that suits the data, and why. */
export function AdviceCard({ project }: { project: string }) {
  const { data: advice, error, refetch } = useAdvice(project);
  return (
    <section className="data-card" aria-labelledby="advice-title">
      <h2 id="advice-title">A preset that fits</h2>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!advice && !error && <Skeletons count={3} height={18} />}
      {advice && (
        <>
          <p className="advice-name">
            <Sparkles size={16} aria-hidden />
            <b>{presetWords(advice.preset)}</b>
            <span className="badge">{advice.tier}</span>
          </p>
          <ul className="advice-reasons">
            {advice.reasons.map((one) => (
              <li key={one}>{sentence(one)}.</li>
            ))}
          </ul>
          <Link className="button primary" to={presetAddress(project, advice.preset)}>
            Train with this
          </Link>
          {advice.also.length > 0 && (
            <>
              <h3>Also worth a try</h3>
              <ul className="advice-reasons small">
                {advice.also.map((one) => (
                  <li key={one.preset}>
                    <Link to={presetAddress(project, one.preset)}>{presetWords(one.preset)}</Link>: {one.reason}.
                  </li>
                ))}
              </ul>
            </>
          )}
          {advice.unknown.length > 0 && (
            <>
              <h3>Not known</h3>
              <ul className="advice-reasons small muted">
                {advice.unknown.map((one) => (
                  <li key={one}>{sentence(one)}.</li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </section>
  );
}
