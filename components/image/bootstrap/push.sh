# Pushes the root file system as an image and prints the image's digest.
# Environment: MORGAN_DOCKERFILE, MORGAN_IMAGE, MORGAN_BUILDER, SOURCE_DATE_EPOCH.
docker buildx build --builder "$MORGAN_BUILDER" --quiet --provenance=false --metadata-file "$work/metadata.json" \
  --build-arg SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" \
  --output "type=image,name=$MORGAN_IMAGE,push=true,oci-mediatypes=true,compression=zstd,compression-level=3,force-compression=true,name-canonical=true" \
  --file - "$folder" <<<"$MORGAN_DOCKERFILE" >&2
grep -o '"containerimage.digest": "sha256:[0-9a-f]*"' "$work/metadata.json" | cut -d'"' -f4
