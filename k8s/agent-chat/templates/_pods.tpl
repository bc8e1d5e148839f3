{{/* The settings that follow from the chart and those of `config`, as data of a ConfigMap. */}}
{{- define "agent-chat.config" -}}
{{- $name := include "agent-chat.fullname" . -}}
{{- $own := dict
  "PROFILE" "cluster"
  "HOST" "0.0.0.0"
  "PORT" "3000"
  "INTERNAL_HOST" "0.0.0.0"
  "INTERNAL_PORT" "3100"
  "DRAIN_MS" (.Values.drain.drainMs | int | toString)
  "CHAT_URL" (printf "http://%s-chat-internal:3100" $name)
  "PRESENCE_URL" (printf "http://%s-presence-internal:3100" $name)
  "ANALYTICS_URL" (printf "http://%s-analytics-internal:3100" $name)
  "STORAGE_URL" (printf "http://%s-storage-internal:3100" $name)
-}}
{{- range $setting, $value := merge $own .Values.config }}
{{ $setting }}: {{ $value | toString | quote }}
{{- end -}}
{{- end -}}

{{- define "agent-chat.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "agent-chat.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "agent-chat.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}
